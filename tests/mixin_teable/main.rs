//! Mixin and Teable against a server that answers as each test says: what goes over the wire, in which order, and
//! what a second try does. The vendors' own packages judge the requests.

#[cfg(test)]
#[path = "../support/mod.rs"]
mod support;

#[cfg(test)]
mod judges;
#[cfg(test)]
mod mixin;
#[cfg(test)]
mod sandbox;
#[cfg(test)]
mod script;
#[cfg(test)]
mod teable;
