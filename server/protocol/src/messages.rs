//! What administrators see a computer doing, by the call it makes.

migasfree_types::messages! {
    /// `computers/properties/`
    pub(crate) reads_properties(): "reads properties";
    /// `computers/attributes/`
    pub(crate) sends_attributes(): "sends attributes";
    /// `computers/attributes/cid/` and `…/assigned/`
    pub(crate) reads_attributes(): "reads attributes";
    /// `computers/faults/definitions/`
    pub(crate) reads_fault_definitions(): "reads fault definitions";
    /// `computers/faults/`
    pub(crate) sends_faults(): "sends faults";
    /// `computers/repositories/`
    pub(crate) reads_repositories(): "reads repositories";
    /// `computers/packages/mandatory/`
    pub(crate) changes_packages(): "changes packages";
    /// `computers/software/`
    pub(crate) sends_software(): "sends software";
    /// `computers/hardware/required/`
    pub(crate) looks_at_hardware(): "looks at hardware";
    /// `computers/hardware/`
    pub(crate) sends_hardware(): "sends hardware";
    /// `computers/devices/`
    pub(crate) reads_devices(): "reads devices";
    /// `computers/traits/`
    pub(crate) reads_traits(): "reads traits";
    /// `computers/tags/`
    pub(crate) sets_tags(): "sets tags";
    /// `computers/tags/assigned/` and `…/available/`
    pub(crate) reads_tags(): "reads tags";
    /// `computers/label/`
    pub(crate) reads_label(): "reads its label";
    /// `computers/info/`
    pub(crate) reads_data(): "reads its data";
    /// `computers/errors/`
    pub(crate) sends_errors(): "sends errors";
    /// `synchronizations/`
    pub(crate) ends_synchronization(): "ends its synchronization";
    /// `eot/`
    pub(crate) is_done(): "is done";
}
