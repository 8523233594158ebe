//! Identifiers, so that a package's number never stands for a computer's.

use migasfree_server_db::ids;

ids! {
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
    /// `client_computer.id`
    ComputerId,
    /// `client_computerkey.id`
    ComputerKeyId,
    /// `client_enrolmenttoken.id`
    EnrolmentTokenId,
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
}
