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

### Targets

### Settings, dialogs, overlays

### Services
