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

### Services
