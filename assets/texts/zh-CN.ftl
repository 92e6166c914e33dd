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
more = 更多操作
copy-link = 复制链接
open-link = 打开链接
show-in-folder = 在文件夹中显示
save-as = 另存为…
renew-link = 更新链接
delete-file = 从服务中删除…
deleted = 已删除
deleted-at-service = 已从服务中删除
link-renewed = 链接已更新
remove-from-list = 从列表中移除
copy-all-links = 复制全部链接
pause = 暂停
resume = 继续
pause-all = 全部暂停
resume-all = 全部继续
retry = 重试
retry-failed = 重试失败项
send-again = 再次发送
stop = 停止
new-target = 新建目标
inspector = 检查器
view-list = 列表
view-grid = 网格
uploads = 上传列表
filter-all = 全部
filter-active = 进行中
filter-done = 已完成
filter-failed = 失败
all-targets = 全部目标
state-queued = 排队中
state-preparing = 准备中
state-uploading = 上传中
state-finishing = 收尾中
state-done = 已完成
state-failed = 失败
state-paused = 已暂停
state-canceled = 已取消
state-interrupted = 已中断
state-unsure = 结果不明
interrupted-advice = Affix 在完成前退出
unsure-line = 已发送，但应答丢失
unsure-advice = 可能已经上传成功
unsure-question = 文件可能已在服务端。再次发送可能会出现两份。
waiting-again = { $why }，{ $time }后重试
waiting-busy = 服务繁忙
waiting-connection = 连接中断
part-of = { $part } / { $whole }
done-of = { $done } / { $all }
speed = { $bytes }/秒
time-left = 剩余 { $time }
link-over = 链接已过期
when-today = 今天 { $time }
when-yesterday = 昨天 { $time }
nothing-here = 这里什么都没有
nothing-active = 没有正在进行的上传
nothing-done = 还没有完成的上传
nothing-failed = 没有失败的上传
nothing-found = 没有找到“{ $search }”
show-all = 显示全部上传
drop-here = 将文件拖放到这里
ways-before = 或粘贴，或
choose-files = 选择文件
ways-after = ——每个文件都会得到一个链接
go-to-sandbox = 文件将存入本机的沙盒，不会离开这台电脑。
go-to-demo = 文件将存入本机演示目标 { $target }，不会离开这台电脑。
go-to-public = 文件将上传到 { $target }（{ $host }）。任何拥有链接的人都能看到。
go-to-expiring = 文件将上传到 { $target }（{ $host }）。链接过期前，任何拥有链接的人都能看到。
go-to-private = 文件将上传到 { $target }（{ $host }）。只有其成员可以看到。
this-computer = 本机
visible-public = 公开
visible-expiring = 会过期
visible-private = 私有
visible-none = 无链接
visible-here = 仅限本机
search-keys = Ctrl F
search-clear = 清除搜索
overall-progress = 全部上传
count-running = { $shown } 个进行中
count-waiting = { $shown } 个等待中
count-paused = { $shown } 个已暂停
count-interrupted = { $shown } 个已中断
count-failed = { $shown } 个失败
count-unsure = { $shown } 个结果不明
count-canceled = { $shown } 个已取消
count-uploaded = 已上传 { $shown } 个
files = { $shown } 个文件
drop-over = 上传 { $shown } 个文件到 { $target }
days-left = 剩余 { $shown } 天
hours-left = 剩余 { $shown } 小时
scanning = 已找到 { $shown } 个文件
removed-from-list = 已从列表中移除 { $count } 项

### Inspector and links

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
