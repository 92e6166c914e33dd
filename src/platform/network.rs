//! Whether this computer has a network at all.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

/// There is a way out of this computer. Asks the system alone: to connect a datagram socket sends nothing, and fails
/// where no interface leads to the address. The addresses are those of documents (RFC 5737, RFC 3849), which nobody has.
#[must_use]
pub fn has_route() -> bool {
    let four = (Ipv4Addr::UNSPECIFIED.into(), Ipv4Addr::new(192, 0, 2, 1).into());
    let six = (Ipv6Addr::UNSPECIFIED.into(), Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into());
    let [four, six] =
        [four, six].map(|(here, there)| reach(SocketAddr::new(here, 0), SocketAddr::new(there, 9)));
    // What else may fail (no more sockets, a firewall's word) says nothing about the network; a computer without
    // IPv6 says many things about that.
    six.is_ok() || !four.is_err_and(is_no_route)
}

/// The host, perhaps with a port, is this computer itself.
#[must_use]
pub fn is_here(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    address.map_or(name == "localhost" || name.ends_with(".localhost"), |address| address.is_loopback())
}

fn reach(here: SocketAddr, there: SocketAddr) -> Result<(), ErrorKind> {
    UdpSocket::bind(here).and_then(|socket| socket.connect(there)).map_err(|error| error.kind())
}

fn is_no_route(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::NetworkUnreachable
            | ErrorKind::NetworkDown
            | ErrorKind::HostUnreachable
            | ErrorKind::AddrNotAvailable
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_inside_this_computer_is_always_there() {
        let here = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 9);
        assert_eq!(reach(SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), 0), here), Ok(()));
    }

    #[test]
    fn this_computer_is_known_by_its_names() {
        for host in
            ["localhost", "localhost:80", "a.localhost", "127.0.0.1:8080", "127.9.9.9", "[::1]:80", "[::1]"]
        {
            assert!(is_here(host), "{host}");
        }
        for host in
            ["", "example.org", "example.org:80", "192.168.0.1:80", "[2001:db8::1]:80", "localhost.example"]
        {
            assert!(!is_here(host), "{host}");
        }
    }

    #[test]
    fn the_systems_words_for_no_network_are_known() {
        for kind in [ErrorKind::NetworkUnreachable, ErrorKind::NetworkDown, ErrorKind::HostUnreachable] {
            assert!(is_no_route(kind), "{kind:?}");
        }
        assert!(!is_no_route(ErrorKind::PermissionDenied), "a sandbox's word is not the network's");
    }
}
