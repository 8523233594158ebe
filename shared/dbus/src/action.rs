//! The polkit actions.

use std::fmt;

macro_rules! actions {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// A right, as polkit knows it: `org.migasfree.client1.<name>`.
        ///
        /// Who has it without being asked is declared in `deploy/polkit/org.migasfree.client1.policy`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Action {
            $($(#[$doc])* $variant,)*
        }

        impl Action {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The full id, for instance `org.migasfree.client1.app-install`.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!("org.migasfree.client1.", $name),)*
                }
            }
        }
    };
}

actions! {
    /// Look at the catalogue, packages, tags and identity.
    Read = "read",
    /// Look at attributes, faults, logins and history.
    ReadInventory = "read-inventory",
    /// Refresh the package metadata.
    Refresh = "refresh",
    /// Synchronise with the server.
    Sync = "sync",
    /// Synchronise and upgrade everything.
    SyncForce = "sync-force",
    /// Upgrade packages.
    SystemUpgrade = "system-upgrade",
    /// Install applications of level U.
    AppInstall = "app-install",
    /// Remove applications of level U.
    AppRemove = "app-remove",
    /// Install applications of level A.
    AppInstallAdmin = "app-install-admin",
    /// Remove applications of level A.
    AppRemoveAdmin = "app-remove-admin",
    /// Ask the organisation for an application.
    AppRequest = "app-request",
    /// Install packages by name.
    PackageInstall = "package-install",
    /// Remove packages by name.
    PackageRemove = "package-remove",
    /// Change packages that are held at their version.
    PackageHold = "package-hold",
    /// Assign and unassign devices.
    DeviceAssign = "device-assign",
    /// Choose the default device.
    DeviceDefault = "device-default",
    /// Send tags without applying their rules.
    TagsCommunicate = "tags-communicate",
    /// Send tags and apply their rules.
    TagsSet = "tags-set",
    /// Register this computer.
    Register = "register",
    /// Forget the server's keys.
    Unregister = "unregister",
    /// Import a client certificate.
    CertificateImport = "certificate-import",
    /// Change settings.
    ConfigWrite = "config-write",
    /// Read the jobs of other users.
    JobReadForeign = "job-read-foreign",
    /// Cancel the jobs of other users.
    JobCancelForeign = "job-cancel-foreign",
    /// Hold background jobs back.
    Inhibit = "inhibit",
    /// Postpone a mandatory item.
    Postpone = "postpone",
}

impl Action {
    /// Finds an action by its full id or by its last part (`app-install`).
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|action| {
            action.id() == name || action.id().strip_prefix("org.migasfree.client1.") == Some(name)
        })
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}
