# Every text of the window. One section an area; the Chinese file has the same keys.

### Common
add-files = Add files
add-folder = Add folder
upload-to = Upload to
search = Search
targets = Targets
settings = Settings
cancel = Cancel
close = Close
duration-seconds = { $a } s
duration-minutes = { $a } min { $b } s
duration-hours = { $a } h { $b } min
duration-days = { $a } d { $b } h

### Kinds of failures
failure-network = The connection failed
failure-timeout = The service did not answer in time
failure-tls = The connection is not secure
failure-refused = The service refused the file
failure-unauthorized = The service did not accept the credential
failure-forbidden = The credential is not allowed to do this
failure-too-large = The file is too large
failure-wrong-type = The service does not take this type of file
failure-bad-name = The service does not take this file name
failure-empty = The file is empty
failure-rate-limited = The service is busy
failure-name-taken = The name is taken
failure-gone = It is no longer there
failure-changed-on-disk = The file changed while it was uploaded
failure-unreadable = The file cannot be read
failure-protocol = The service answered something unexpected
failure-server = The service has a problem
failure-cancelled = Canceled
failure-secret = A secret is missing or unreadable
failure-settings = The target is not set up
failure-storage = Something could not be saved
failure-declined = Not uploaded

### Intake
handed-over = { $count ->
    [one] 1 file added
   *[other] { $count } files added
}

### List, bar, status

no-uploads-yet = No uploads yet

### Inspector and links

### Targets

### Settings, dialogs, overlays

### Services
