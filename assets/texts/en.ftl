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
uploads = Uploads
new-target = New target
target-import = Import…
target-import-title = Import a target
target-export = Export…
target-export-title = Export the target, without its secrets
target-no-dialog = The desktop shows no file dialog. Install xdg-desktop-portal or zenity.
save = Save
duplicate = Duplicate
remove = Remove
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
   *[other] { $shown } days
}
target-hours = { $count ->
    [one] 1 hour
   *[other] { $shown } hours
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

### Services
