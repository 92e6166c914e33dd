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
preview = Preview
preview-close = Close preview
inspector-nothing = Nothing selected
inspector-nothing-hint = Select a file to see its link, its facts and what was said to the service.
inspector-many = { $count ->
    [one] 1 file selected
   *[other] { $shown } files selected
}
inspector-loading = One moment…
copy-all-links = Copy all links
section-link = Link
section-links = Links
section-facts = Facts
section-activity = Activity
section-failed = What went wrong
section-unsure = Perhaps uploaded
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
qr-code-hint = Scan it to open the link on a phone.
visible-public = Public
visible-expiring = Expiring
visible-expires-in = Expires in { $time }
visible-expired = Expired
visible-private = Private
visible-none = No link
visible-local = Only here
visible-deleted = Deleted
reach-public = Anyone with the link
reach-expiring = Anyone with the link, until it expires
reach-private = Only with the target’s credential
reach-none = Nobody: the service gave no link
reach-local = Programs on this computer
format-url = URL
format-markdown = Markdown
format-html = HTML
format-bbcode = BBCode
format-own = Own
own-format = Own format
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
time-today = Today { $time }
time-yesterday = Yesterday { $time }
failed-asked = Asked
failed-cause = Raw cause
failed-status = HTTP { $status }
retry = Retry
copy-details = Copy details
activity-none = Nothing has been sent yet.
activity-no-answer = no answer
activity-milliseconds = { $count } ms
activity-request = Request
activity-sent = { $size } sent
activity-answer = Answer
copy-as-curl = Copy as curl
show-in-folder = Show in folder
open-link = Open link
save-as = Save as…
renew-link = Renew link
delete-at-service = Delete at the service
links-copied = { $count ->
    [one] Link copied
   *[other] { $count } links copied
}
links-copied-some = { $count ->
    [one] 1 link copied, { $without } without one
   *[other] { $count } links copied, { $without } without one
}
links-none = There is no link to copy
text-copied = Copied
curl-copied = Copied as curl
details-copied = Details copied
saved-to = Saved as { $name }, { $size }
notify-done = { $count ->
    [one] 1 file uploaded
   *[other] { $shown } files uploaded
}
notify-failed = { $count ->
    [one] 1 failed
   *[other] { $shown } failed
}

### Targets

### Settings, dialogs, overlays

### Services
