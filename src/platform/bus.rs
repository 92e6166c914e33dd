//! The desktop's session bus: notifications with buttons, and progress at the program's icon in the dock. One
//! connection for both, made when it is needed; without a bus, or without a service on it, nothing happens.
//!
//! Notifications: <https://specifications.freedesktop.org/notification-spec/latest/>. Progress:
//! `com.canonical.Unity.LauncherEntry`, which Dash to Dock, Plasma and others read
//! (<https://wiki.ubuntu.com/Unity/LauncherAPI>).

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use tokio::sync::Mutex;
use tokio::time::timeout;
use zbus::zvariant::Value;
use zbus::{Connection, MatchRule, MessageStream, message};

use super::desktop::{APP_ID, Notice, Pressed};

const NOTIFICATIONS: &str = "org.freedesktop.Notifications";
const NOTIFICATIONS_PATH: &str = "/org/freedesktop/Notifications";
/// <https://dbus.freedesktop.org/doc/dbus-specification.html#bus-messages-name-owner-changed>
const OWNER_CHANGED: &str = "NameOwnerChanged";
const LAUNCHER: &str = "com.canonical.Unity.LauncherEntry";
const LAUNCHER_PATH: &str = "/app/affix/Affix";

/// A service that hangs is left alone.
const PATIENCE: Duration = Duration::from_secs(10);

/// The connection, which is made anew where it has broken; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Bus(Arc<Mutex<Option<Connection>>>);

impl Bus {
    async fn connection(&self) -> Option<Connection> {
        let mut kept = self.0.lock().await;
        if kept.is_none() {
            *kept = timeout(PATIENCE, Connection::session()).await.ok()?.ok();
        }
        kept.clone()
    }

    /// The next one makes a new connection.
    async fn forget(&self) {
        *self.0.lock().await = None;
    }

    /// Shows a notification and waits until it is pressed or gone, which may be never. None: it was not shown, or went
    /// without being pressed.
    pub async fn notify(&self, notice: &Notice) -> Option<Pressed> {
        let connection = self.connection().await?;
        // Before it is shown: who is quick is not missed.
        let shown = async {
            let signals = MessageStream::for_match_rule(said()?, &connection, Some(SIGNALS)).await?;
            let owners = MessageStream::for_match_rule(left()?, &connection, Some(SIGNALS)).await?;
            Ok::<_, zbus::Error>((stream::select(signals, owners), show(&connection, notice).await?))
        };
        let Ok(Ok((mut signals, id))) = timeout(PATIENCE, shown).await else {
            self.forget().await;
            return None;
        };
        let mut token = None;
        while let Some(Ok(signal)) = signals.next().await {
            match read(&signal, id) {
                Some(Signal::Token(given)) => token = Some(given),
                Some(Signal::Pressed(action)) => return Some(Pressed { action, token }),
                Some(Signal::Closed) => return None,
                None => {}
            }
        }
        self.forget().await;
        None
    }

    /// How far everything is, from 0 to 1, at the program's icon; none: nothing is under way.
    pub async fn show_progress(&self, fraction: Option<f64>) {
        let Some(connection) = self.connection().await else { return };
        let facts: HashMap<&str, Value<'_>> = HashMap::from([
            ("progress", fraction.unwrap_or_default().into()),
            ("progress-visible", fraction.is_some().into()),
        ]);
        let entry = (format!("application://{APP_ID}.desktop"), facts);
        if connection.emit_signal(None::<&str>, LAUNCHER_PATH, LAUNCHER, "Update", &entry).await.is_err() {
            self.forget().await;
        }
    }
}

/// Signals that wait to be read: those of all programs' notifications arrive.
const SIGNALS: usize = 64;

/// What the service says.
fn said() -> zbus::Result<MatchRule<'static>> {
    let rule = MatchRule::builder().msg_type(message::Type::Signal).sender(NOTIFICATIONS)?;
    Ok(rule.interface(NOTIFICATIONS)?.path(NOTIFICATIONS_PATH)?.build())
}

/// That another one is the service, or none: its notifications have gone with it.
fn left() -> zbus::Result<MatchRule<'static>> {
    let rule = MatchRule::builder().msg_type(message::Type::Signal).sender("org.freedesktop.DBus")?;
    Ok(rule.member(OWNER_CHANGED)?.add_arg(NOTIFICATIONS)?.build())
}

/// Answers its number.
async fn show(connection: &Connection, notice: &Notice) -> zbus::Result<u32> {
    let ask = async |method: &str| {
        connection
            .call_method(Some(NOTIFICATIONS), NOTIFICATIONS_PATH, Some(NOTIFICATIONS), method, &())
            .await?
            .body()
            .deserialize::<Vec<String>>()
    };
    let can = ask("GetCapabilities").await?;
    let has = |capability: &str| can.iter().any(|known| known == capability);
    let body = if has("body-markup") { escaped(&notice.body) } else { notice.body.clone() };
    let buttons = notice.actions.iter().filter(|_| has("actions"));
    let actions: Vec<&str> = buttons.flat_map(|(action, words)| [*action, words.as_str()]).collect();
    let hints: HashMap<&str, Value<'_>> = HashMap::from([("desktop-entry", APP_ID.into())]);
    let call = ("Affix", 0_u32, APP_ID, notice.summary.as_str(), body.as_str(), actions, hints, -1_i32);
    connection
        .call_method(Some(NOTIFICATIONS), NOTIFICATIONS_PATH, Some(NOTIFICATIONS), "Notify", &call)
        .await?
        .body()
        .deserialize()
}

/// What a service says of a notification.
#[derive(Debug, PartialEq, Eq)]
enum Signal {
    /// Comes before the action: what the window may be brought to the front with.
    Token(String),
    Pressed(String),
    Closed,
}

/// None: it is about another notification.
fn read(signal: &zbus::Message, id: u32) -> Option<Signal> {
    let header = signal.header();
    let (body, name) = (signal.body(), header.member()?.as_str());
    let text = || body.deserialize::<(u32, String)>().ok().filter(|(about, _)| *about == id);
    match name {
        "ActivationToken" => text().map(|(_, token)| Signal::Token(token)),
        "ActionInvoked" => text().map(|(_, action)| Signal::Pressed(action)),
        "NotificationClosed" => {
            let (about, _why) = body.deserialize::<(u32, u32)>().ok()?;
            (about == id).then_some(Signal::Closed)
        }
        OWNER_CHANGED => {
            let (_, before, _) = body.deserialize::<(String, String, String)>().ok()?;
            // The bus starts a service for its first notification.
            (!before.is_empty()).then_some(Signal::Closed)
        }
        _ => None,
    }
}

/// The few signs that mean something in a body with markup.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_markup() {
        assert_eq!(escaped("<b>R&D</b> & more"), "&lt;b&gt;R&amp;D&lt;/b&gt; &amp; more");
        assert_eq!(escaped("最终版"), "最终版");
    }

    #[test]
    fn only_what_is_said_of_this_one_counts() {
        let signal = |name: &str, body: &(u32, String)| {
            zbus::Message::signal(NOTIFICATIONS_PATH, NOTIFICATIONS, name).unwrap().build(body).unwrap()
        };
        let pressed = signal("ActionInvoked", &(7, "copy".to_owned()));
        assert_eq!(read(&pressed, 7), Some(Signal::Pressed("copy".to_owned())));
        assert_eq!(read(&pressed, 8), None);
        assert_eq!(
            read(&signal("ActivationToken", &(7, "t".to_owned())), 7),
            Some(Signal::Token("t".to_owned()))
        );
        assert_eq!(read(&signal("Unheard", &(7, String::new())), 7), None);
        let closed = zbus::Message::signal(NOTIFICATIONS_PATH, NOTIFICATIONS, "NotificationClosed");
        assert_eq!(read(&closed.unwrap().build(&(7_u32, 2_u32)).unwrap(), 7), Some(Signal::Closed));
        for (before, after, told) in [("", ":1.7", None), (":1.7", "", Some(Signal::Closed))] {
            let changed =
                zbus::Message::signal("/org/freedesktop/DBus", "org.freedesktop.DBus", OWNER_CHANGED);
            let body = (NOTIFICATIONS, before, after);
            assert_eq!(read(&changed.unwrap().build(&body).unwrap(), 7), told, "{before} {after}");
        }
    }
}
