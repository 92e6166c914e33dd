# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_affix_global_optspecs
    string join \n home= choose h/help V/version
end

function __fish_affix_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_affix_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_affix_using_subcommand
    set -l cmd (__fish_affix_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c affix -n "__fish_affix_needs_command" -l home -d 'Keep settings, history, cache and sandbox files under this folder' -r -F
complete -c affix -n "__fish_affix_needs_command" -l choose -d 'Open the window and ask at once which files to upload'
complete -c affix -n "__fish_affix_needs_command" -s h -l help -d 'Print help'
complete -c affix -n "__fish_affix_needs_command" -s V -l version -d 'Print version'
complete -c affix -n "__fish_affix_needs_command" -a "upload" -d 'Upload files and print their links, one line each'
complete -c affix -n "__fish_affix_needs_command" -a "resume" -d 'Go on with the uploads that an earlier run left unfinished'
complete -c affix -n "__fish_affix_needs_command" -a "profiles" -d 'List, add and change targets'
complete -c affix -n "__fish_affix_needs_command" -a "history" -d 'Show what was uploaded, newest first'
complete -c affix -n "__fish_affix_needs_command" -a "sandbox" -d 'Run the sandbox: a server on this computer to try everything without an account'
complete -c affix -n "__fish_affix_using_subcommand upload" -s p -l profile -d 'The profile to upload to; the default profile without it' -r
complete -c affix -n "__fish_affix_using_subcommand upload" -s f -l format -d 'url, markdown, html, bbcode, json, or a template such as \'{name}: {url}\'' -r
complete -c affix -n "__fish_affix_using_subcommand upload" -s j -l jobs -d 'How many uploads run at once' -r
complete -c affix -n "__fish_affix_using_subcommand upload" -l home -d 'Keep settings, history, cache and sandbox files under this folder' -r -F
complete -c affix -n "__fish_affix_using_subcommand upload" -l keep-metadata -d 'Send photos as they are: with the place they were taken at and all other metadata'
complete -c affix -n "__fish_affix_using_subcommand upload" -s q -l quiet -d 'No progress and no warnings; errors are still told'
complete -c affix -n "__fish_affix_using_subcommand upload" -s y -l yes -d 'Do not ask: the first upload to a profile goes on; what needs a repair is not uploaded'
complete -c affix -n "__fish_affix_using_subcommand upload" -s h -l help -d 'Print help'
complete -c affix -n "__fish_affix_using_subcommand resume" -s f -l format -d 'url, markdown, html, bbcode, json, or a template such as \'{name}: {url}\'' -r
complete -c affix -n "__fish_affix_using_subcommand resume" -s j -l jobs -d 'How many uploads run at once' -r
complete -c affix -n "__fish_affix_using_subcommand resume" -l home -d 'Keep settings, history, cache and sandbox files under this folder' -r -F
complete -c affix -n "__fish_affix_using_subcommand resume" -s q -l quiet -d 'No progress and no warnings; errors are still told'
complete -c affix -n "__fish_affix_using_subcommand resume" -s y -l yes -d 'Do not ask: the first upload to a profile goes on; what needs a repair is not uploaded'
complete -c affix -n "__fish_affix_using_subcommand resume" -s h -l help -d 'Print help'
complete -c affix -n "__fish_affix_using_subcommand profiles; and not __fish_seen_subcommand_from list services show default remove test add edit export import" -l home -d 'Keep settings, history, cache and sandbox files under this folder' -r -F
complete -c affix -n "__fish_affix_using_subcommand profiles; and not __fish_seen_subcommand_from list services show default remove test add edit export import" -s h -l help -d 'Print help'
complete -c affix -n "__fish_affix_using_subcommand profiles; and not __fish_seen_subcommand_from list services show default remove test add edit export import" -f -a "list" -d 'List the profiles'
complete -c affix -n "__fish_affix_using_subcommand profiles; and not __fish_seen_subcommand_from list services show default remove test add edit export import" -f -a "services" -d 'List the services with their settings and secrets'
complete -c affix -n "__fish_affix_using_subcommand profiles; and not __fish_seen_subcommand_from list services show default remove test add edit export import" -f -a "show" -d 'Show one profile'
complete -c affix -n "__fish_affix_using_subcommand profiles; and not __fish_seen_subcommand_from list services show default remove test add edit export import" -f -a "default" -d 'Make a profile the default'
complete -c affix -n "__fish_affix_using_subcommand profiles; and not __fish_seen_subcommand_from list services show default remove test add edit export import" -f -a "remove" -d 'Remove a profile and its secrets'
complete -c affix -n "__fish_affix_using_subcommand profiles; and not __fish_seen_subcommand_from list services show default remove test add edit export import" -f -a "test" -d 'Check a profile\'s address and credential without uploading'
complete -c affix -n "__fish_affix_using_subcommand profiles; and not __fish_seen_subcommand_from list services show default remove test add edit export import" -f -a "add" -d 'Add a profile; each secret is one line of standard input, or asked for without echo'
complete -c affix -n "__fish_affix_using_subcommand profiles; and not __fish_seen_subcommand_from list services show default remove test add edit export import" -f -a "edit" -d 'Change a profile'
complete -c affix -n "__fish_affix_using_subcommand profiles; and not __fish_seen_subcommand_from list services show default remove test add edit export import" -f -a "export" -d 'Write a profile without its secrets to a file'
complete -c affix -n "__fish_affix_using_subcommand profiles; and not __fish_seen_subcommand_from list services show default remove test add edit export import" -f -a "import" -d 'Add a profile from such a file'
complete -c affix -n "__fish_affix_using_subcommand profiles; and __fish_seen_subcommand_from list" -l home -d 'Keep settings, history, cache and sandbox files under this folder' -r -F
complete -c affix -n "__fish_affix_using_subcommand profiles; and __fish_seen_subcommand_from list" -l json -d 'One JSON object a line'
complete -c affix -n "__fish_affix_using_subcommand profiles; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c affix -n "__fish_affix_using_subcommand profiles; and __fish_seen_subcommand_from services" -l home -d 'Keep settings, history, cache and sandbox files under this folder' -r -F
complete -c affix -n "__fish_affix_using_subcommand profiles; and __fish_seen_subcommand_from services" -l json -d 'One JSON object a line'
complete -c affix -n "__fish_affix_using_subcommand profiles; and __fish_seen_subcommand_from services" -s h -l help -d 'Print help'
complete -c affix -n "__fish_affix_using_subcommand profiles; and __fish_seen_subcommand_from show" -l home -d 'Keep settings, history, cache and sandbox files under this folder' -r -F
complete -c affix -n "__fish_affix_using_subcommand profiles; and __fish_seen_subcommand_from show" -l json -d 'One JSON object a line'
complete -c affix -n "__fish_affix_using_subcommand profiles; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c affix -n "__fish_affix_using_subcommand profiles; and __fish_seen_subcommand_from default" -l home -d 'Keep settings, history, cache and sandbox files under this folder' -r -F
complete -c affix -n "__fish_affix_using_subcommand profiles; and __fish_seen_subcommand_from default" -s h -l help -d 'Print help'
complete -c affix -n "__fish_affix_using_subcommand profiles; and __fish_seen_subcommand_from remove" -l home -d 'Keep settings, history, cache and sandbox files under this folder' -r -F
complete -c affix -n "__fish_affix_using_subcommand profiles; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help'
complete -c affix -n "__fish_affix_using_subcommand profiles; and __fish_seen_subcommand_from test" -l home -d 'Keep settings, history, cache and sandbox files under this folder' -r -F
complete -c affix -n "__fish_affix_using_subcommand profiles; and __fish_seen_subcommand_from test" -s h -l help -d 'Print help'
complete -c affix -n "__fish_affix_using_subcommand profiles; and __fish_seen_subcommand_from add" -l service -d 'The service\'s id, see `affix profiles services`' -r
complete -c affix -n "__fish_affix_using_subcommand profiles; and __fish_seen_subcommand_from add" -l set -d 'A setting; an empty value takes it back to its default' -r
complete -c affix -n "__fish_affix_using_subcommand profiles; and __fish_seen_subcommand_from add" -l secret -d 'A secret to enter' -r
complete -c affix -n "__fish_affix_using_subcommand profiles; and __fish_seen_subcommand_from add" -l home -d 'Keep settings, history, cache and sandbox files under this folder' -r -F
complete -c affix -n "__fish_affix_using_subcommand profiles; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help'
complete -c affix -n "__fish_affix_using_subcommand profiles; and __fish_seen_subcommand_from edit" -l set -d 'A setting; an empty value takes it back to its default' -r
complete -c affix -n "__fish_affix_using_subcommand profiles; and __fish_seen_subcommand_from edit" -l secret -d 'A secret to enter' -r
complete -c affix -n "__fish_affix_using_subcommand profiles; and __fish_seen_subcommand_from edit" -l home -d 'Keep settings, history, cache and sandbox files under this folder' -r -F
complete -c affix -n "__fish_affix_using_subcommand profiles; and __fish_seen_subcommand_from edit" -s h -l help -d 'Print help'
complete -c affix -n "__fish_affix_using_subcommand profiles; and __fish_seen_subcommand_from export" -l home -d 'Keep settings, history, cache and sandbox files under this folder' -r -F
complete -c affix -n "__fish_affix_using_subcommand profiles; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help'
complete -c affix -n "__fish_affix_using_subcommand profiles; and __fish_seen_subcommand_from import" -l home -d 'Keep settings, history, cache and sandbox files under this folder' -r -F
complete -c affix -n "__fish_affix_using_subcommand profiles; and __fish_seen_subcommand_from import" -s h -l help -d 'Print help'
complete -c affix -n "__fish_affix_using_subcommand history" -l search -d 'Only what has this text in its name, link or profile' -r
complete -c affix -n "__fish_affix_using_subcommand history" -l limit -d 'At most that many' -r
complete -c affix -n "__fish_affix_using_subcommand history" -l home -d 'Keep settings, history, cache and sandbox files under this folder' -r -F
complete -c affix -n "__fish_affix_using_subcommand history" -l json -d 'One JSON object a line'
complete -c affix -n "__fish_affix_using_subcommand history" -l csv -d 'As a table for spreadsheets: CSV, with a head'
complete -c affix -n "__fish_affix_using_subcommand history" -s h -l help -d 'Print help'
complete -c affix -n "__fish_affix_using_subcommand sandbox" -l bind -d 'The address to listen on, of this computer only; the same as last time without it' -r
complete -c affix -n "__fish_affix_using_subcommand sandbox" -l home -d 'Keep settings, history, cache and sandbox files under this folder' -r -F
complete -c affix -n "__fish_affix_using_subcommand sandbox" -l add-profiles -d 'Add a demo profile of each service'
complete -c affix -n "__fish_affix_using_subcommand sandbox" -l stop -d 'End the sandbox that runs for this home'
complete -c affix -n "__fish_affix_using_subcommand sandbox" -s h -l help -d 'Print help'
