//! `org.freedesktop.DBus.ObjectManager`: the jobs below the root object. The one of zbus does not know who asks, and would
//! hide from owners what their own jobs are about.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use migasfree_dbus::names::job_path;
use zbus::fdo::{self, ManagedObjects};
use zbus::message::Header;
use zbus::names::InterfaceName;
use zbus::object_server::{Interface as _, SignalEmitter};
use zbus::{Connection, ObjectPath, ObjectServer, Variant, interface};

use super::job::JobObject;
use crate::signals::Signals;

/// The list of objects. zbus finds it by its name, and tells with its signals which objects come and go.
#[derive(Debug)]
pub struct Objects(pub Arc<Signals>);

#[interface(
    name = "org.freedesktop.DBus.ObjectManager",
    introspection_docs = false
)]
impl Objects {
    #[zbus(out_args("objects"))]
    async fn get_managed_objects(
        &self,
        #[zbus(object_server)] server: &ObjectServer,
        #[zbus(connection)] connection: &Connection,
        #[zbus(header)] header: Header<'_>,
    ) -> fdo::Result<ManagedObjects> {
        let mut objects = ManagedObjects::new();
        for id in self.0.jobs_on_the_bus() {
            let path = job_path(id);
            // It may have gone meanwhile.
            let Ok(job) = server.interface::<_, JobObject>(path.clone()).await else {
                continue;
            };
            let properties = (job.get().await)
                .get_all(server, connection, Some(&header), job.signal_emitter())
                .await?;
            objects.insert(
                path,
                HashMap::from([(JobObject::name().into(), properties)]),
            );
        }
        Ok(objects)
    }

    #[zbus(signal)]
    async fn interfaces_added(
        emitter: &SignalEmitter<'_>,
        object_path: ObjectPath<'_>,
        interfaces_and_properties: HashMap<InterfaceName<'_>, HashMap<&str, Variant<'_>>>,
    ) -> zbus::Result<()>;

    #[zbus(signal)]
    async fn interfaces_removed(
        emitter: &SignalEmitter<'_>,
        object_path: ObjectPath<'_>,
        interfaces: Cow<'_, [InterfaceName<'_>]>,
    ) -> zbus::Result<()>;
}
