//! Identifiers, so that a package's number never stands for a computer's.

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize, sqlx::Type,
        )]
        #[serde(transparent)]
        #[sqlx(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<$name> for i64 {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl From<$name> for sea_query::Value {
            fn from(id: $name) -> Self {
                Self::BigInt(Some(id.0))
            }
        }

        impl super::IntoArg for $name {
            fn into_arg(self) -> super::Arg {
                super::Arg::Int(Some(self.0))
            }
            fn null() -> super::Arg {
                super::Arg::Int(None)
            }
        }
    )*};
}

ids! {
    /// `core_userprofile.id`: an operator.
    UserId,
    /// `auth_group.id`
    GroupId,
    /// `core_platform.id`
    PlatformId,
    /// `core_project.id`
    ProjectId,
    /// `core_store.id`
    StoreId,
    /// `core_package.id`
    PackageId,
    /// `core_packageset.id`
    PackageSetId,
    /// `core_deployment.id`
    DeploymentId,
    /// `core_property.id`
    PropertyId,
    /// `core_attribute.id`
    AttributeId,
    /// `core_attributeset.id`
    AttributeSetId,
    /// `core_schedule.id`
    ScheduleId,
    /// `core_domain.id`
    DomainId,
    /// `core_scope.id`
    ScopeId,
    /// `client_computer.id`
    ComputerId,
    /// `client_user.id`: a desktop account.
    ClientUserId,
    /// `client_synchronization.id`
    SynchronizationId,
    /// `client_faultdefinition.id`
    FaultDefinitionId,
    /// `software_inventory.id`
    InventoryId,
    /// `app_catalog_application.id`
    ApplicationId,
    /// `application_request.id`
    ApplicationRequestId,
    /// `app_catalog_policy.id`
    PolicyId,
    /// `job.id`
    JobId,
}
