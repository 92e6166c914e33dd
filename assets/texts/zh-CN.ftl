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

### Services
