# 窗口中的全部文字。每个区域一节；键与英文文件相同。

### Common
add-files = 添加文件
add-folder = 添加文件夹
upload-to = 上传到
search = 搜索
targets = 目标
settings = 设置
cancel = 取消
close = 关闭
duration-seconds = { $a } 秒
duration-minutes = { $a } 分 { $b } 秒
duration-hours = { $a } 小时 { $b } 分
duration-days = { $a } 天 { $b } 小时

### Kinds of failures
failure-network = 连接失败
failure-timeout = 服务没有及时应答
failure-tls = 连接不安全
failure-refused = 服务拒绝了此文件
failure-unauthorized = 服务不接受此凭据
failure-forbidden = 此凭据无权执行该操作
failure-too-large = 文件过大
failure-wrong-type = 服务不接受此类型的文件
failure-bad-name = 服务不接受此文件名
failure-empty = 文件为空
failure-rate-limited = 服务繁忙
failure-name-taken = 名称已被占用
failure-gone = 内容已不存在
failure-changed-on-disk = 文件在上传过程中被修改
failure-unreadable = 无法读取文件
failure-protocol = 服务的应答不符合预期
failure-server = 服务出现问题
failure-cancelled = 已取消
failure-secret = 密钥缺失或无法读取
failure-settings = 目标尚未设置好
failure-storage = 无法保存
failure-declined = 未上传

### Intake
handed-over = 已添加 { $count } 个文件
no-file-chooser = 没有找到文件选择器。请安装 xdg-desktop-portal 或 zenity，或将文件拖到窗口上。
scanning = { $count ->
   *[other] 正在查找文件夹：{ $shown } 个文件，{ $size }
}
scan-stop = 停止
scan-stopped = 已停止，未添加任何文件。
paths-missing = { $count ->
    [one] { $name } 已不存在。
   *[other] { $count } 个文件已不存在，例如 { $name }。
}
folders-unreadable = { $count ->
    [one] 无法读取文件夹 { $name }，已跳过。
   *[other] { $count } 个文件夹无法读取，已跳过，例如 { $name }。
}
hidden-skipped = 已跳过 { $count } 个隐藏的文件或文件夹。
folder-empty = 里面没有文件。
pasted = 已添加 { $name }
clipboard-empty = 剪贴板中没有可上传的内容。

### List, bar, status

no-uploads-yet = 还没有上传

### Inspector and links
preview = 预览
preview-close = 关闭预览
inspector-nothing = 未选择文件
inspector-nothing-hint = 选择一个文件，即可查看其链接、详情以及与服务的往来。
inspector-many = 已选择 { $shown } 个文件
inspector-loading = 请稍候…
copy-all-links = 复制全部链接
section-link = 链接
section-links = 链接
section-facts = 详情
section-activity = 活动
section-failed = 出了什么问题
section-unsure = 可能已上传
link-view = 查看
link-thumbnail = 缩略图
link-preview = 预览
link-id = ID
link-content = 内容
copy-link-view = 复制查看链接
copy-link-thumbnail = 复制缩略图链接
copy-link-preview = 复制预览链接
copy-link-id = 复制 ID
copy-link-content = 复制内容
open-link-view = 打开查看链接
open-link-thumbnail = 打开缩略图链接
open-link-preview = 打开预览链接
qr-code = 二维码
qr-code-hint = 用手机扫描即可打开链接。
visible-public = 公开
visible-expiring = 限时
visible-expires-in = { $time }后过期
visible-expired = 已过期
visible-private = 私有
visible-none = 无链接
visible-local = 仅限本机
visible-deleted = 已删除
reach-public = 任何拥有链接的人
reach-expiring = 链接过期前，任何拥有链接的人
reach-private = 仅限使用目标的凭据
reach-none = 无人：服务没有给出链接
reach-local = 本机上的程序
format-url = URL
format-markdown = Markdown
format-html = HTML
format-bbcode = BBCode
format-own = 自定义
own-format = 自定义格式
own-format-hint = 占位符：{ $list }
copy-formatted = 按所示复制
fact-visible = 可见范围
fact-uploaded = 上传时间
fact-added = 添加时间
fact-attempts = 尝试 { $count } 次
fact-expires = 过期时间
fact-deleted = 删除时间
fact-size = 大小
fact-size-exact = { $size }（{ $bytes } 字节）
fact-type = 类型
fact-pixels = 像素
fact-duration = 时长
fact-target = 目标
fact-path = 路径
fact-copy = 复制 { $name }
time-today = 今天 { $time }
time-yesterday = 昨天 { $time }
failed-asked = 操作
failed-cause = 原始原因
failed-status = HTTP { $status }
retry = 重试
copy-details = 复制详情
activity-none = 尚未发送任何内容。
activity-no-answer = 无应答
activity-milliseconds = { $count } 毫秒
activity-request = 请求
activity-sent = 已发送 { $size }
activity-answer = 应答
copy-as-curl = 复制为 curl
show-in-folder = 在文件夹中显示
open-link = 打开链接
save-as = 另存为…
renew-link = 更新链接
delete-at-service = 在服务端删除
links-copied = 已复制 { $count } 个链接
links-copied-some = 已复制 { $count } 个链接，{ $without } 个没有链接
links-none = 没有可复制的链接
text-copied = 已复制
curl-copied = 已复制为 curl 命令
details-copied = 已复制详情
saved-to = 已保存为 { $name }，{ $size }
notify-done = 已上传 { $shown } 个文件
notify-failed = { $shown } 个失败

### Targets

### Settings, dialogs, overlays
uploads = 上传
upload = 上传
try-again = 重试
copy-details = 复制详情
details-copied = 已复制详情
choose = 选择…
show = 显示
reset = 重置
less = { $name }：减少
more = { $name }：增加
warned = { $message }

question-first = 首次上传到 { $name }
question-first-what = { $count ->
   *[other] { $shown } 个文件将发送到 { $service }（{ $host }）。
}
seen-public = 任何有链接的人都可以看到。
seen-expiring = 链接过期之前，任何有链接的人都可以看到。
seen-private = 只有持有此目标凭据的人可以看到。
seen-none = 没有链接。服务会在使用其 ID 的地方显示它。
link-life = 链接有效期为 { $time }。
link-life-open = 链接在文件删除之前一直有效。
do-not-ask-again = 不再询问此目标

question-again = 已经上传过
question-again-one = { $name } 已有此文件：
question-again-some = { $name } 已有这 { $all } 个文件中的 { $count } 个：
and-more = 还有 { $count } 个
again-rest = 其余 { $count } 个文件将会上传。
copy-existing = 复制已有链接
upload-anyway = 仍然上传

question-findings = { $name } 需要修改
finding-rename = 可以用“{ $name }”这个名字发送。您的文件保持不变。
finding-shrink = 可以发送一个不超过 { $size } 的较小副本。您的文件保持不变。
same-for-others = 对其余 { $count } 个同样处理
repair-and-upload = 修复并上传
do-not-upload = 不上传

confirm-remove-target = 移除 { $name }？
confirm-remove-target-why = 其设置和密钥将从这台电脑移除。已上传的内容仍保留在服务中。
remove = 移除
confirm-clear-history = 清除历史记录？
confirm-clear-history-why = 已完成上传及其链接的列表将从这台电脑移除。已上传的内容仍保留在服务中。
clear-history = 清除历史记录…
clear-history-now = 清除历史记录
history-cleared = 已从历史记录中移除 { $count } 个上传
confirm-delete = 删除 { $name }？
confirm-delete-why = 它将从服务中删除，其链接不再有效。此操作无法撤销。
delete = 删除
confirm-cancel-all = 取消 { $count } 个上传？
confirm-cancel-all-why = 正在进行的上传将停止。之后可以从头重试。
cancel-all = 全部取消
keep-uploading = 继续上传

trouble = Affix 无法打开其数据库
trouble-where = 数据库位置：

settings-appearance = 外观
settings-uploads = 上传
settings-network = 网络
settings-storage = 存储
settings-about = 关于
settings-warnings = 设置文件中有 { $count } 个值不正确，详见“设置”。
settings-unusable = 设置文件无法使用，原因详见“设置”。
warnings-title = 设置文件有错误
unusable-title = 设置文件无法使用
unusable-why = 目前使用默认值。在文件更正之前，这里无法更改任何设置。
read-again = 重新读取
restart-needed = 下次启动时生效
theme = 主题
theme-system = 跟随系统
theme-light = 浅色
theme-dark = 深色
language = 语言
language-system = 跟随系统
scale = 缩放
scale-help = 在系统缩放的基础上
parallel-per-target = 每个目标的同时上传数
parallel = 同时上传总数
retries = 失败后的重试次数
retries-help = 仅在重复安全时
auto-copy = 一批完成后复制链接
ask-first = 首次上传到某个目标前询问
notify = 一批完成后通知
notify-help = 窗口不在最前时
link-format = 链接格式
format-url = URL
format-markdown = Markdown
format-html = HTML
format-bbcode = BBCode
format-json = JSON
format-own = 自定义
own-format = 自定义格式
own-format-help = 占位符：{ "{" }url{ "}" } { "{" }name{ "}" } { "{" }stem{ "}" } { "{" }ext{ "}" } { "{" }size{ "}" } { "{" }mime{ "}" } { "{" }id{ "}" } { "{" }thumb{ "}" } { "{" }preview{ "}" } { "{" }width{ "}" } { "{" }height{ "}" } { "{" }profile{ "}" }
proxy = 代理
proxy-help = 留空则使用系统代理
extra-ca = 额外证书
extra-ca-help = 除系统证书外还信任的 PEM 证书文件
connect-timeout = 连接超时
idle-timeout = 无数据超时
seconds = { $count } 秒
place-settings = 设置
place-database = 数据库
place-cache = 缓存
place-sandbox = 沙盒文件
history = 历史记录
history-help = 移除已完成的，保留正在进行的

about-version = 版本 { $version }
about-line = 拖入文件，得到链接
about-licence = 自由软件，可任选 MIT 许可证或 Apache 许可证 2.0
third-party = 第三方许可证
about = 关于 Affix

all-commands = 所有命令
find-command = 查找命令
no-command = 没有匹配的命令
upload-to-target = 上传到 { $name }
keyboard-shortcuts = 键盘快捷键
section-files = 文件
section-list = 列表
section-window = 窗口
command-paste = 粘贴文件、图片或文字
command-search = 搜索
command-copy-links = 复制所选的链接
command-select-all = 全选
command-remove = 从列表中移除
command-preview = 预览
command-move = 在列表中移动
command-filter-all = 显示全部
command-filter-active = 显示进行中
command-filter-done = 显示已完成
command-filter-failed = 显示失败
command-inspector = 显示或隐藏检查器
command-pause-all = 全部暂停
command-resume-all = 全部继续
command-cancel-all = 取消所有上传…
command-uploads = 前往上传
command-targets = 前往目标
command-settings = 前往设置
command-close = 关闭或返回
command-zoom-in = 放大
command-zoom-out = 缩小
command-zoom-reset = 原始大小

### Services
