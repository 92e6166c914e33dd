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
failure-unreachable = The service cannot be reached
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
no-file-chooser = No file chooser was found. Install xdg-desktop-portal or zenity, or copy files elsewhere and paste them here.
scan-stopped = Stopped. Nothing was added.
paths-missing = { $count ->
    [one] { $name } is no longer there.
   *[other] { $count } files are no longer there, { $name } among them.
}
folders-unreadable = { $count ->
    [one] The folder { $name } cannot be read and is left out.
   *[other] { $count } folders cannot be read and are left out, { $name } among them.
}
hidden-skipped = { $count ->
    [one] 1 hidden file or folder is left out.
   *[other] { $count } hidden files or folders are left out.
}
folder-empty = There are no files in it.
pasted = Added { $name }
clipboard-empty = The clipboard holds nothing to upload.

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
copy-links = Copy links
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
interrupted-while = Affix ended while { $step }
step-inspect = reading the file
step-preflight = checking the file
step-prepare = preparing it
step-ticket = asking for an address
step-send = sending the file
step-confirm = confirming it
step-verify = comparing the answer
step-record = writing it down
unsure-line = Sent, but the answer was lost
unsure-advice = It may be there already
unsure-question = The file may be at the service already. Sent again, it may be there twice.
waiting-again = { $why }, again in { $time }
waiting-host = Waiting for { $host }, { $time }
waiting-host-line = Waiting for { $host }
goes-on-in = Goes on in { $time }
waiting-unreachable = { $host } cannot be reached, trying again in { $time }
waiting-unreachable-now = { $host } cannot be reached, trying again
unreachable-line = Cannot reach { $host }
trying-again-in = Trying again in { $time }
trying-again = Trying again
waiting-offline = Offline, goes on when the network is back
waiting-offline-line = Offline
waiting-offline-advice = Goes on when the network is back
waiting-hosts = { $count ->
    [one] Waiting for 1 service, { $time }
   *[other] Waiting for { $count } services, { $time }
}
try-now = Try now
queued-next = Queued, next
queued-behind = Queued, { $count } before it
priority-high = High
priority-low = Low
upload-first = Upload first
upload-last = Upload last
move-up = Move up
move-down = Move down
set-priority-high = Priority: High
set-priority-normal = Priority: Normal
set-priority-low = Priority: Low
target-actions = More actions: { $target }
look-at-service = Look at the service
look-found = The file is there: its link is in the list
look-missing = The file is not there: it can be retried safely
check-links = Check links
done-link-broken = Done · link broken
link-verified = link verified
link-not-yet = link not ready yet
bandwidth = Bandwidth limit
bandwidth-own = Own limit, MB/s
no-limit = No limit
set = Set
waiting-busy = Service busy
waiting-connection = Connection lost
part-of = { $part } of { $whole }
done-of = { $done } of { $all }
done-of-all = { $done } of { $all } done
speed = { $bytes }/s
time-left = { $time } left
link-over = Link expired
when-today = Today { $time }
when-yesterday = Yesterday { $time }
just-now = just now
minutes-ago = { $count } min ago
nothing-here = Nothing here
nothing-active = Nothing is being uploaded
nothing-done = Nothing is done yet
nothing-failed = Nothing failed
nothing-found = Nothing found for “{ $search }”
show-all = Show all uploads
drop-here = Drop files here
paste-here = Paste files here with Ctrl+V
ways-before = or paste, or
ways-before-no-drop = or
choose-files = choose files
ways-after = — you get a link for each one
go-to-sandbox = They go to the Sandbox on this computer. Nothing leaves it.
go-to-demo = They go to { $target }, a demo on this computer. Nothing leaves it.
go-to-public = They go to { $target } ({ $host }). Everyone with the link can see them.
go-to-expiring = They go to { $target } ({ $host }). Everyone with the link can see them until it expires.
go-to-private = They go to { $target } ({ $host }). Only its members can see them.
visible-public = Public
visible-expiring = Expiring
visible-private = Private
visible-none = No link
visible-here = Only here
search-keys = Ctrl F
search-clear = Clear search
overall-progress = All uploads
short-minutes = { $count } min
short-hours = { $count } h
count-running = { $count } running
count-waiting = { $count } waiting
count-paused = { $count } paused
count-interrupted = { $count } interrupted
count-failed = { $count } failed
count-unsure = { $count } unsure
count-canceled = { $count } canceled
count-uploaded = { $count } uploaded
files = { $count ->
    [one] 1 file
   *[other] { $count } files
}
drop-over = { $count ->
    [one] Upload 1 file to { $target }
   *[other] Upload { $count } files to { $target }
}
days-left = { $count ->
    [one] 1 day left
   *[other] { $count } days left
}
hours-left = { $count ->
    [one] 1 hour left
   *[other] { $count } hours left
}
minutes-left = { $count ->
    [one] 1 minute left
   *[other] { $count } minutes left
}
scanning = { $count ->
    [one] 1 file found
   *[other] { $count } files found
}
removed-from-list = { $count ->
    [one] 1 upload removed from the list
   *[other] { $count } uploads removed from the list
}
taken-up = { $count ->
    [one] 1 unfinished upload goes on
   *[other] { $count } unfinished uploads go on
}
taken-up-unsure = { $count ->
    [one] 1 unfinished upload may have arrived: you decide
   *[other] { $count } unfinished uploads may have arrived: you decide
}

### Inspector and links
preview = Preview
preview-close = Close preview
inspector-nothing = Nothing selected
inspector-nothing-hint = Select a file to see its link, its facts and what was said to the service.
inspector-many = { $count ->
    [one] 1 file selected
   *[other] { $count } files selected
}
section-link = Link
section-links = Links
section-facts = Facts
section-activity = Activity
section-failed = What went wrong
section-unsure = Perhaps uploaded
section-interrupted = Interrupted
unsure-what = It was sent, but the answer was lost.
interrupted-goes-on = A retry goes on from where it was.
interrupted-anew = A retry sends it again from its beginning.
full-stop = .
fact-came-to = Came to
fact-sent = Sent
sent-whole = all of it, { $when }
fact-last-request = Last asked
fact-answer = Answer
fact-known = Known
check-verified = The link works
check-not-yet = The link is not ready yet
check-broken = The link does not work
check-never = The link was not checked
checked = Checked { $when }
link-view = View
link-thumbnail = Thumbnail
link-preview = Preview
link-id = ID
link-content = Content
copy-link-view = Copy view link
copy-link-thumbnail = Copy thumbnail link
copy-link-preview = Copy preview link
copy-link-id = Copy ID
copy-link-content = Copy content
open-link-view = Open view link
open-link-thumbnail = Open thumbnail link
open-link-preview = Open preview link
qr-code = QR code
qr-code-local = This link works on this computer only.
qr-code-hint = Scan it to open the link on a phone.
visible-expires-in = Expires in { $time }
visible-expired = Expired
visible-local = Only here
reach-public = Anyone with the link
reach-expiring = Anyone with the link, until it expires
reach-private = Only with the target’s credential
reach-none = Nobody: the service gave no link
reach-local = Programs on this computer
own-format-hint = Placeholders: { $list }
copy-formatted = Copy as shown
fact-visible = Visible to
fact-uploaded = Uploaded
fact-added = Added
fact-attempts = { $count ->
    [one] 1 attempt
   *[other] { $count } attempts
}
fact-expires = Expires
fact-deleted = Deleted
fact-size = Size
fact-size-exact = { $size } ({ $bytes } bytes)
fact-type = Type
fact-pixels = Pixels
fact-duration = Duration
fact-target = Target
fact-path = Path
fact-copy = Copy { $name }
failed-cause = Raw cause
failed-status = HTTP { $status }
activity-no-answer = no answer
activity-milliseconds = { $count } ms
activity-request = Request
activity-sent = { $size } sent
activity-answer = Answer
copy-as-curl = Copy as curl
delete-at-service = Delete at the service
links-copied = { $count ->
    [one] Link copied
   *[other] { $count } links copied
}
links-copied-some = { $count ->
    [one] 1 link copied, { $without } without one
   *[other] { $count } links copied, { $without } without one
}
links-copied-expired = { $count ->
    [one] Link copied, but it has expired
   *[other] { $count } links copied, { $expired } of them expired
}
links-none = There is no link to copy
text-copied = Copied
curl-copied = Copied as curl
saved-to = Saved as { $name }, { $size }
notify-done = { $count ->
    [one] 1 file uploaded
   *[other] { $count } files uploaded
}
second-window = The window that is open did not answer, so this is another one
notify-failed = { $count ->
    [one] 1 failed
   *[other] { $count } failed
}

### Targets
target-import = Import…
target-import-title = Import a target
target-export = Export…
target-export-title = Export the target, without its secrets
target-no-dialog = The desktop shows no file dialog. Install xdg-desktop-portal or zenity.
save = Save
duplicate = Duplicate
add = Add
forget = Forget
yes = Yes
no = No
test-connection = Test connection
try-in-sandbox = Try it in the sandbox
target-add = Add { $service }
target-try = Try it in the sandbox: { $service }
target-add-another = Add another
target-gallery = New target
target-gallery-line = Choose where files go. To see how it works without an account, try it in the sandbox.
target-new-of = New { $service } target
target-name = Name
target-discard = Discard
target-unsaved = not saved yet
target-not-saved = Not saved
target-not-added = Not added yet
target-this-computer = this computer
target-unknown-service = Unknown service
target-unknown-service-told = This version of Affix has no service “{ $id }”, so nothing can be uploaded here. Update Affix, or remove the target.
target-sandbox-told = A server inside Affix that keeps files on this computer. It needs no account and nothing has to be set up. Its links work on this computer while Affix or `affix sandbox` runs.
target-demo-told = A demo: it speaks this service’s protocol with the sandbox on this computer, which gives the address and the credential. Nothing leaves this computer.
target-saved = “{ $name }” is saved
target-copied = “{ $name }” is the copy
target-imported = “{ $name }” is added. Enter its secrets before you upload.
target-demo-added = “{ $name }” is added and works with the sandbox
target-demo-there = “{ $name }” was there already
target-removed = “{ $name }” is removed. Its history stays.
target-removed-no-keyring = “{ $name }” is removed. No keyring was found, so a secret that one may have kept is still in it.
target-exported = “{ $name }” is written to { $file }, without its secrets
target-links-public = public links
target-links-expiring = links that expire
target-links-expire-after = links expire after { $time }
target-links-private = private, opened with the target’s credential
target-links-none = gives an id, no link
target-most = up to { $size }
target-days = { $count ->
    [one] 1 day
   *[other] { $count } days
}
target-hours = { $count ->
    [one] 1 hour
   *[other] { $count } hours
}
waiting-for-keyring = Waiting for the keyring…
secret-kept = Kept in the system keyring
secret-environment = From the environment variable { $variable }
secret-missing = Not set
secret-will-be-kept = Goes to the system keyring when you save
secret-paste = Paste all of it
secret-forgotten = The secret of “{ $name }” is no longer in the keyring
secret-no-keyring = No keyring was found, so nothing was forgotten
wrong-missing = This is needed
wrong-name = 1 to 64 characters, no space at either end, nothing invisible
wrong-name-taken = Another target has this name
wrong-url = An address such as https://example.com
wrong-url-user = An address without a user name or password in it
wrong-number = A whole number from { $min } to { $max }
wrong-choice = Choose one of the list
limits = Limits
limit-parallel = Uploads at once
limit-parallel-help = Empty: as in Settings
limit-requests = Requests a minute
limit-requests-help = Empty: no limit
limit-again = Content that is there already
limit-again-help = What is done with a file that this target has
again-ask = Ask
again-upload = Upload again
again-existing = Use the existing link
connection = Connection
millis = { $count } ms
connection-preparing = Fetching the secrets…
connection-asking = Waiting for the answer…
connection-stopped = Stopped
connection-reached = Reached { $host }
connection-unreached = { $host } was not reached
connection-answered = { $asked }: answered as it should
connection-elsewhere = { $asked }: sent elsewhere
connection-unauthorized = { $asked }: the credential was not accepted
connection-forbidden = { $asked }: the credential may not do this
connection-not-found = { $asked }: there is no such thing
connection-busy = { $asked }: busy, asks to slow down
connection-broken = { $asked }: the service failed
connection-refused = { $asked }: refused

### Settings, dialogs, overlays
upload = Upload
try-again = Try again
copy-details = Copy details
details-copied = Details copied
choose = Choose…
show = Show
step-less = { $name }: less
step-more = { $name }: more
warned = { $message }

question-first = First upload to { $name }
question-first-what = { $count ->
    [one] 1 file goes to { $service } at { $host }.
   *[other] { $count } files go to { $service } at { $host }.
}
seen-public = Everybody who has the link can see it.
seen-expiring = Everybody who has the link can see it until the link expires.
seen-private = Only those who have this target’s credential can see it.
seen-none = There is no link. The service shows it where its id is used.
link-life = Links live for { $time }.
link-life-open = Links stay until the file is deleted.
do-not-ask-again = Don’t ask again for this target

question-again = Already uploaded
question-again-one = { $name } has this file already:
question-again-some = { $count ->
    [one] { $name } has 1 of these { $all } files already:
   *[other] { $name } has { $count } of these { $all } files already:
}
and-more = and { $count } more
again-rest = { $count ->
    [one] The other file is uploaded.
   *[other] The other { $count } files are uploaded.
}
copy-existing = Copy the existing links
upload-anyway = Upload anyway
renew-existing = Renew the links
remember-again = Remember for this target
again-expired = Its link has expired.
again-broken = Its link did not give the file when it was checked last.
again-stale = { $count ->
    [one] 1 has no link that works: it is uploaded again with the others.
   *[other] { $count } have no link that works: they are uploaded again with the others.
}
existing-taken = { $count ->
    [one] 1 file is there already: it is not uploaded again.
   *[other] { $count } files are there already: they are not uploaded again.
}

question-findings = { $name } needs a change
question-changed-target = The target of { $name } has changed
finding-changed-target = It can be sent to the target as it is now.
finding-rename = It can be sent under another name. Your file keeps its own.
finding-shrink = A smaller copy of at most { $size } can be sent. Your file stays as it is.
same-for-others = { $count ->
    [one] Do the same for 1 other
   *[other] Do the same for { $count } others
}
do-not-upload = Don’t upload

confirm-remove-target = Remove { $name }?
confirm-remove-target-why = Its settings and its secrets are removed from this computer. What was uploaded stays at the service.
remove = Remove
confirm-clear-history = Clear the history?
confirm-clear-history-why = The list of finished uploads and their links is removed from this computer. What was uploaded stays at the service.
export-history = Export history…
export-history-title = Export the history
export-selected = Export…
history-exported = { $count ->
    [one] 1 row is written to { $file }
   *[other] { $count } rows are written to { $file }
}
clear-history = Clear history…
clear-history-now = Clear history
history-cleared = { $count ->
    [one] 1 upload removed from the history
   *[other] { $count } uploads removed from the history
}
confirm-delete = Delete { $name }?
confirm-delete-why = It is deleted at the service, and its links no longer work. This cannot be undone.
delete = Delete
confirm-cancel-all = { $count ->
    [one] Cancel 1 upload?
   *[other] Cancel { $count } uploads?
}
confirm-cancel-all-why = Uploads that run are stopped. They can be retried from the start.
cancel-all = Cancel all
keep-uploading = Keep uploading

question-closing = { $count ->
    [0] Files are still being added
    [one] 1 upload is under way
   *[other] { $count } uploads are under way
}
question-closing-why = In the background they go on without a window; you are told when they have ended. Paused, they are kept for the next start. Stopped, they are canceled.
question-closing-why-here = Paused, they are kept for the next start. Stopped, they are canceled.
remember-closing = Don’t ask again
closing-pauses = Pausing the uploads; the window closes then.
closing-stops = Stopping the uploads; the window closes then.
keep-in-background = Keep going in the background

confirm-send-again = Send { $name } again?
confirm-send-again-why = It may be there already: sending it again may make a second copy.

trouble = Affix cannot open its database
trouble-where = It is kept here:

settings-appearance = Appearance
settings-uploads = Uploads
settings-network = Network
settings-desktop = Desktop
settings-storage = Storage
settings-about = About
settings-warnings = { $count ->
    [one] One value in the settings file is not right. Settings says which.
   *[other] { $count } values in the settings file are not right. Settings says which.
}
settings-unusable = The settings file cannot be used. Settings says why.
warnings-title = The settings file has mistakes
unusable-title = The settings file cannot be used
unusable-why = The defaults count, and nothing can be changed here until the file is corrected.
read-again = Read again
restart-needed = Counts from the next start
theme = Theme
theme-system = System
theme-light = Light
theme-dark = Dark
language = Language
language-system = System
scale = Scale
scale-help = On top of the system’s own scale
backend = Window system
backend-auto = Automatic
backend-x11 = X11
backend-is-x11 = Now: X11 through XWayland. Files can be dropped.
backend-is-wayland = Now: Wayland. Files cannot be dropped here: paste them with Ctrl+V, or use Add files.
backend-help = Drops need X11. It may look blurred on a scaled screen (GNOME with a fractional scale, Sway); Wayland is always sharp.
parallel-per-target = Uploads at once for each target
parallel = Uploads at once in all
retries = Further tries after a failure
retries-help = Only where a repeat is safe
bandwidth-help = For all uploads together; a limit of your own at the foot of the window
resume-at-start = Continue unfinished uploads when Affix opens
resume-at-start-help = Only what can go on without making a second copy
check-after = Check links after uploading
check-after-help = Each link is asked for once
auto-copy = Copy the links when a batch ends
ask-first = Ask before the first upload to a target
notify = Notify when a batch ends
notify-help = While the window is not in front
on-close = When closing with uploads under way
on-close-help = What becomes of them
on-close-ask = Ask
on-close-background = Keep going in the background
on-close-pause = Pause them
on-close-stop = Stop them
link-format = Format of links
format-url = URL
format-markdown = Markdown
format-html = HTML
format-bbcode = BBCode
format-json = JSON
format-own = Own
own-format = Own format
own-format-help = Placeholders: { "{" }url{ "}" } { "{" }name{ "}" } { "{" }stem{ "}" } { "{" }ext{ "}" } { "{" }size{ "}" } { "{" }mime{ "}" } { "{" }id{ "}" } { "{" }thumb{ "}" } { "{" }preview{ "}" } { "{" }width{ "}" } { "{" }height{ "}" } { "{" }profile{ "}" }
proxy = Proxy
proxy-help = Empty: the system’s proxy
extra-ca = Extra certificates
extra-ca-help = A PEM file of certificates that are trusted besides the system’s
connect-timeout = Time-out for connecting
idle-timeout = Time-out while nothing moves
seconds = { $count } s
place-settings = Settings
place-database = Database
place-cache = Cache
place-sandbox = Sandbox files
history-as-file = History as a file
history-as-file-help = CSV for spreadsheets, or JSON where the name ends in .json
history = History
history-help = What is finished is removed; what runs stays

about-version = Version { $version }
about-line = Drop a file, get its link
about-licence = Free software under the MIT licence or the Apache licence 2.0, as you like
third-party = Third-party licences
about = About Affix

all-commands = All commands
find-command = Find a command
no-command = No command has these words
upload-to-target = Upload to { $name }
keyboard-shortcuts = Keyboard shortcuts
section-files = Files
section-list = List
section-window = Window
command-paste = Paste files, a picture or a text
command-search = Search
command-copy-links = Copy the links of the selection
command-select-all = Select all
command-remove = Remove from the list
command-preview = Preview
command-move = Move in the list
command-filter-all = Show all
command-filter-active = Show active
command-filter-done = Show done
command-filter-failed = Show failed
command-inspector = Show or hide the inspector
command-pause-all = Pause all
command-resume-all = Resume all
command-export-shown = Export what the list shows…
command-cancel-all = Cancel all uploads…
command-uploads = Go to uploads
command-targets = Go to targets
command-settings = Go to settings
command-close = Close, or go back
command-zoom-in = Larger
command-zoom-out = Smaller
command-zoom-reset = Original size

### Previews, and what is changed before sending
preview-previous = Previous file
preview-next = Next file
place-of = { $at } of { $all }
zoom-in = Zoom in
zoom-out = Zoom out
zoom-fit = Fit to the window
zoom-actual = Actual size
zoom-now = { $percent }, { $next }
motion-play = Play
motion-pause = Pause the animation
text-first-lines = { $count ->
    [one] The first line
   *[other] The first { $count } lines
}
text-read-as = Read as { $encoding }
text-empty = There is nothing in it
change-before-sending = Change before sending…
changes-title = Before sending
changes-name = Name
changes-use-name = Use “{ $name }”, which the service takes
changes-metadata = In the photo
changes-size = Size
changes-as-it-is = As it is
changes-at-most = At most
changes-limit = At most, MB
changes-limit-wrong = A number of megabytes, such as 1.5
changes-type = Type
changes-frame = Frame that stands for the video
changes-back = Back to the original
changes-save-and-upload = Save and upload
changes-too-late = It is on its way already: nothing can be changed any more
bad-name-empty = A name is needed
bad-name-slash = A name has no slash in it
bad-name-invisible = A name has nothing invisible in it
bad-name-long = The name is too long
copy-preview = What will be sent
copy-itself = Sent as it is, { $size }
copy-coming = Making the copy…
removed-location = Location removed
removed-metadata = Metadata removed
sent-as-copy = Sent as { $size } copy
file-untouched = This is the copy that was sent. Your own file was not touched.
fact-changed = Changed
fact-sent-as = Sent as
chosen-name = named “{ $name }”
chosen-size = at most { $size }
chosen-type = as { $type }
chosen-metadata = with its metadata
chosen-frame = another frame
metadata-none = Nothing beside the picture itself
metadata-place = The place where it was taken
metadata-other = Other metadata, { $size }
metadata-not-removable = It stays in this kind of file. Choose JPEG or PNG to take it out.
metadata-kept-by-settings = Settings say that photos keep it.
degrees-north = { $degrees }° N
degrees-south = { $degrees }° S
degrees-east = { $degrees }° E
degrees-west = { $degrees }° W
remove-location = Remove location and other metadata
frames-coming = Looking for frames…
frames-first = Nothing chosen: the first good one is taken
frames-chosen = Chosen; click it again to take the first good one
frame-at = Frame at { $time }
finding-convert = A copy as { $type } can be sent. Your file stays as it is.
finding-keep-metadata = It can be sent with its metadata.
finding-frame = Another frame can stand for it.
upload-repaired = Upload repaired
remove-location-photos = Remove location and other metadata from photos
remove-location-help = In the copy that is sent; your files stay as they are
look-over = Look over files before sending
look-over-help = They wait, paused, until you press Send
looked-over-first = They wait for your look before they are sent.
handed-over-held = { $count ->
    [one] 1 file waits for your look. Press Send when it is right.
   *[other] { $count } files wait for your look. Press Send when they are right.
}
send = Send
this-computer-first = This computer

### The desktop
menus = “Upload with Affix” in file managers
menus-help = In the menu of the files that are selected there
menus-none = No file manager was found that Affix knows: Nautilus, Nemo, Dolphin, Thunar.
menu-where-nautilus = In the menu’s Scripts
menu-where-nemo = In the menu
menu-where-dolphin = In the menu, or in its Actions
menu-where-thunar = In the menu’s Send To
menu-where-explorer = In the menu, one file at a time; Windows 11 has it under “Show more options”
menu-where-send-to = In the menu’s Send to, with all selected files at once
entry-elsewhere = It starts another Affix: { $program }
entry-take = { $name }: start this Affix
entry-foreign = There is a file in its place that Affix did not make:
autostart = Start Affix with the session
autostart-help = Its window opens when you log in
program-packaged = Installed by the system’s package manager, which brings newer versions too:
program-own = This program was not installed by a package manager. Its file:
updates-url = Where newer versions are told
updates-url-help = The https:// address of a file with the newest version. Empty: nobody is asked.
updates-ask = Look for updates
updates-open = Open its page
updates-help = Asks only when you press this.
updates-asking = Asking…
updates-none = This is the newest version.
updates-newer = Version { $version } is there.

### The watched folder
watch-folder = Watched folder
watch-choose = Choose folder…
watch-stop = Stop watching
watch-help = New files in it are uploaded when they are complete, while Affix runs. What is there already stays as it is, and so do folders in it.
watch-target = Upload its files to
watch-default-target = Default target ({ $name })
watch-off = No folder is watched.
watch-starting = Looking at the folder…
watch-watching = { $count ->
    [0] Watching. Nothing was added yet.
    [one] Watching. 1 file was added since Affix was opened.
   *[other] Watching. { $count } files were added since Affix was opened.
}
watch-lost = The folder cannot be read. It is watched again when it is back.
watch-own = Affix keeps its own files in that folder, so it is not watched. Choose another one.
setting-not-text = The name of { $file } is not valid text, so it cannot be kept in the settings. Rename it and choose it again.
watch-no-target = There is no target named { $name }. Files wait until you choose another one.
watch-not-agreed = You have not agreed to uploads to { $name } for good. Files wait until you do.
watch-held = { $count ->
    [one] 1 file waits and was not uploaded.
   *[other] { $count } files wait and were not uploaded.
}
watch-send-held = Upload them…
watch-leave-held = Leave them
watch-unconfirmed = { $count ->
    [one] 1 file of the watched folder waits: you have not agreed to uploads to { $target } for good. See Settings, Desktop.
   *[other] { $count } files of the watched folder wait: you have not agreed to uploads to { $target } for good. See Settings, Desktop.
}
watch-there = { $count ->
    [one] 1 file of the watched folder was uploaded before and is left out.
   *[other] { $count } files of the watched folder were uploaded before and are left out.
}

### Services
