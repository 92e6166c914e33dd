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
more = More actions
copy-link = Copy link
open-link = Open link
show-in-folder = Show in folder
save-as = Save as…
renew-link = Renew link
delete-file = Delete at the service…
deleted = Deleted
deleted-at-service = Deleted at the service
link-renewed = Link renewed
remove-from-list = Remove from list
copy-all-links = Copy all links
pause = Pause
resume = Resume
pause-all = Pause all
resume-all = Resume all
retry = Retry
retry-failed = Retry failed
send-again = Send again
stop = Stop
new-target = New target
inspector = Inspector
view-list = List
view-grid = Grid
uploads = Uploads
filter-all = All
filter-active = Active
filter-done = Done
filter-failed = Failed
all-targets = All targets
state-queued = Queued
state-preparing = Preparing
state-uploading = Uploading
state-finishing = Finishing
state-done = Done
state-failed = Failed
state-paused = Paused
state-canceled = Canceled
state-interrupted = Interrupted
state-unsure = Unsure
interrupted-advice = Affix ended before it was done
unsure-line = Sent, but the answer was lost
unsure-advice = It may be there already
unsure-question = The file may be at the service already. Sent again, it may be there twice.
waiting-again = { $why }, again in { $time }
waiting-busy = Service busy
waiting-connection = Connection lost
part-of = { $part } of { $whole }
done-of = { $done } of { $all }
speed = { $bytes }/s
time-left = { $time } left
link-over = Link expired
when-today = Today { $time }
when-yesterday = Yesterday { $time }
nothing-here = Nothing here
nothing-active = Nothing is being uploaded
nothing-done = Nothing is done yet
nothing-failed = Nothing failed
nothing-found = Nothing found for “{ $search }”
show-all = Show all uploads
drop-here = Drop files here
ways-before = or paste, or
choose-files = choose files
ways-after = — you get a link for each one
go-to-sandbox = They go to the Sandbox on this computer. Nothing leaves it.
go-to-demo = They go to { $target }, a demo on this computer. Nothing leaves it.
go-to-public = They go to { $target } ({ $host }). Everyone with the link can see them.
go-to-expiring = They go to { $target } ({ $host }). Everyone with the link can see them until it expires.
go-to-private = They go to { $target } ({ $host }). Only its members can see them.
this-computer = this computer
visible-public = Public
visible-expiring = Expiring
visible-private = Private
visible-none = No link
visible-here = Only here
search-keys = Ctrl F
search-clear = Clear search
overall-progress = All uploads
count-running = { $shown } running
count-waiting = { $shown } waiting
count-paused = { $shown } paused
count-interrupted = { $shown } interrupted
count-failed = { $shown } failed
count-unsure = { $shown } unsure
count-canceled = { $shown } canceled
count-uploaded = { $shown } uploaded
files = { $count ->
    [one] 1 file
   *[other] { $shown } files
}
drop-over = { $count ->
    [one] Upload 1 file to { $target }
   *[other] Upload { $shown } files to { $target }
}
days-left = { $count ->
    [one] 1 day left
   *[other] { $shown } days left
}
hours-left = { $count ->
    [one] 1 hour left
   *[other] { $shown } hours left
}
scanning = { $count ->
    [one] 1 file found
   *[other] { $shown } files found
}
removed-from-list = { $count ->
    [one] 1 upload removed from the list
   *[other] { $count } uploads removed from the list
}

### Inspector and links

### Targets

### Settings, dialogs, overlays

### Services
