//! (being written)
use futures_util::future::BoxFuture;

use super::http::Exchange;
use super::{Service, Upload};
use crate::domain::describe::Description;
use crate::domain::error::Failure;
use crate::domain::profile::Target;
use crate::domain::receipt::Receipt;

#[derive(Debug)]
pub struct Sandbox;

impl Service for Sandbox {
    fn description(&self) -> &'static Description {
        todo!()
    }

    fn host(&self, target: &Target) -> String {
        let _ = target;
        todo!()
    }

    fn upload<'a>(
        &'a self,
        upload: &'a Upload,
        exchange: &'a mut Exchange,
    ) -> BoxFuture<'a, Result<Receipt, Failure>> {
        let _ = (upload, exchange);
        todo!()
    }

    fn test<'a>(
        &'a self,
        target: &'a Target,
        exchange: &'a mut Exchange,
    ) -> BoxFuture<'a, Result<String, Failure>> {
        let _ = (target, exchange);
        todo!()
    }
}
