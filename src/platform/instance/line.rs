//! The line between two programs of one user: a socket on Unix, a named pipe on Windows.

use std::ffi::OsString;
use std::io;

#[cfg(unix)]
pub(super) use on_unix::{Doors, connect};
#[cfg(windows)]
pub(super) use on_windows::{Doors, connect};

/// Where the window listens, as it is written down for the others.
pub(super) type Address = OsString;

#[cfg(unix)]
mod on_unix {
    use std::ffi::OsStr;
    use std::fs;
    use std::io::ErrorKind;
    use std::path::{Path, PathBuf};

    use tempfile::TempDir;
    use tokio::net::{UnixListener, UnixStream};

    use super::{Address, io};

    const SOCKET: &str = "window";
    const FOLDER: &str = "affix-";

    /// A system has no room for longer names of sockets (104 bytes on macOS, 108 on Linux).
    const NAME_MAX: usize = 100;

    /// Where others come in. The folder is entered by this user alone (mode 0700) and goes with it.
    #[derive(Debug)]
    pub(crate) struct Doors {
        listener: UnixListener,
        socket: PathBuf,
        _folder: TempDir,
    }

    impl Doors {
        /// Opens in the session's own folder, or in one for what is short-lived.
        pub(crate) fn open() -> io::Result<Self> {
            let session =
                std::env::var_os("XDG_RUNTIME_DIR").filter(|dir| !dir.is_empty()).map(PathBuf::from);
            let places = session.into_iter().chain([std::env::temp_dir(), PathBuf::from("/tmp")]);
            let mut last = None;
            for place in places {
                match Self::open_in(&place) {
                    Ok(doors) => return Ok(doors),
                    Err(error) => last = Some(error),
                }
            }
            Err(last.unwrap_or_else(|| ErrorKind::NotFound.into()))
        }

        fn open_in(place: &Path) -> io::Result<Self> {
            use std::os::unix::fs::PermissionsExt as _;
            let private = fs::Permissions::from_mode(0o700);
            let folder = tempfile::Builder::new().prefix(FOLDER).permissions(private).tempdir_in(place)?;
            let socket = folder.path().join(SOCKET);
            if socket.as_os_str().len() > NAME_MAX {
                return Err(ErrorKind::InvalidFilename.into());
            }
            let listener = UnixListener::bind(&socket)?;
            Ok(Self { listener, socket, _folder: folder })
        }

        pub(crate) fn address(&self) -> Address {
            self.socket.clone().into_os_string()
        }

        /// The next one of this user; others are turned away.
        pub(crate) async fn next(&mut self) -> io::Result<UnixStream> {
            loop {
                let (line, _) = self.listener.accept().await?;
                if is_own(&line)? {
                    return Ok(line);
                }
            }
        }

        /// Clears away what a killed window left at this address.
        pub(crate) fn clear(address: &OsStr) {
            let socket = Path::new(address);
            let Some(folder) = socket.parent() else { return };
            let name = folder.file_name().unwrap_or_default().to_string_lossy();
            if socket.file_name() == Some(OsStr::new(SOCKET)) && name.starts_with(FOLDER) {
                // Where it cannot be removed, it is a few bytes that the system clears away at its next start.
                let _left = fs::remove_file(socket).and_then(|()| fs::remove_dir(folder));
            }
        }
    }

    pub(crate) async fn connect(address: &OsStr) -> io::Result<UnixStream> {
        let line = UnixStream::connect(address).await?;
        if is_own(&line)? { Ok(line) } else { Err(ErrorKind::PermissionDenied.into()) }
    }

    /// The other side is a program of this user, told by the system.
    fn is_own(line: &UnixStream) -> io::Result<bool> {
        Ok(line.peer_cred()?.uid() == rustix::process::geteuid().as_raw())
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[tokio::test]
        async fn nobody_else_comes_in_and_nothing_is_left() {
            use std::os::unix::fs::PermissionsExt as _;
            let place = tempfile::tempdir().unwrap();
            let doors = Doors::open_in(place.path()).unwrap();
            let address = doors.address();
            let folder = Path::new(&address).parent().unwrap().to_owned();
            assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
            drop(doors);
            assert!(!folder.exists());
        }

        #[tokio::test]
        async fn what_a_killed_window_left_is_cleared_and_nothing_else() {
            let place = tempfile::tempdir().unwrap();
            let killed = Doors::open_in(place.path()).unwrap();
            let address = killed.address();
            std::mem::forget(killed);
            Doors::clear(&address);
            assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);

            let foreign = place.path().join("documents");
            fs::create_dir(&foreign).unwrap();
            fs::File::create(foreign.join(SOCKET)).unwrap();
            Doors::clear(foreign.join(SOCKET).as_os_str());
            assert!(foreign.join(SOCKET).exists());
        }

        #[tokio::test]
        async fn a_folder_with_a_long_name_is_not_taken() {
            let place = tempfile::tempdir().unwrap();
            let deep = place.path().join("a".repeat(90));
            fs::create_dir(&deep).unwrap();
            assert_eq!(Doors::open_in(&deep).unwrap_err().kind(), ErrorKind::InvalidFilename);
        }
    }
}

#[cfg(windows)]
mod on_windows {
    use std::ffi::{OsStr, OsString};

    use tokio::net::windows::named_pipe::{ClientOptions, NamedPipeClient, NamedPipeServer, ServerOptions};

    use super::{Address, io};

    /// Where others come in. The name is random and written down where this user alone reads it. Every user can list
    /// the system's pipes, and open this one to read what greets; the default access lets none of them write, so no
    /// message is another user's
    /// (<https://learn.microsoft.com/windows/win32/ipc/named-pipe-security-and-access-rights>).
    #[derive(Debug)]
    pub(crate) struct Doors {
        name: OsString,
        /// The one that the next comes in by.
        open: NamedPipeServer,
    }

    impl Doors {
        pub(crate) fn open() -> io::Result<Self> {
            let name = OsString::from(format!(r"\\.\pipe\affix-{}", uuid::Uuid::new_v4().simple()));
            let open = ServerOptions::new().first_pipe_instance(true).create(&name)?;
            Ok(Self { name, open })
        }

        pub(crate) fn address(&self) -> Address {
            self.name.clone()
        }

        pub(crate) async fn next(&mut self) -> io::Result<NamedPipeServer> {
            self.open.connect().await?;
            let next = ServerOptions::new().create(&self.name)?;
            Ok(std::mem::replace(&mut self.open, next))
        }

        /// A pipe goes with its program.
        pub(crate) fn clear(_address: &OsStr) {}
    }

    /// While the window opens its next end, the caller tries again.
    #[expect(clippy::unused_async, reason = "as on Unix")]
    pub(crate) async fn connect(address: &OsStr) -> io::Result<NamedPipeClient> {
        ClientOptions::new().open(address)
    }
}
