//! What is said of sources and of files that are no packages.

migasfree_types::messages! {
    // Sources of machines.
    /// A value in several lines.
    pub(crate) not_one_line(): "Write it on one line.";
    /// Options in brackets.
    pub(crate) missing_bracket(): "A bracket is missing.";
    /// An option without a value.
    pub(crate) option_without_value(option): "{ $option } is not name=value.";
    /// An option that is not taken over.
    pub(crate) unknown_option(option, known): "Computers do not take { $option }, only { $known }.";
    /// An option with a value that is none.
    pub(crate) option_value(option): "{ $option } has a value that is none.";
    /// A suite that is none.
    pub(crate) no_suite(suite): "{ $suite } is not a suite: write one word such as bookworm.";
    /// A component that is none.
    pub(crate) no_component(component): "{ $component } is not a component: write words such as main.";
    /// No suite at all.
    pub(crate) suite_needed(): "apt needs a suite.";
    /// Components of a flat repository.
    pub(crate) components_of_flat(): "A suite that ends with a slash has no components.";
    /// No components at all.
    pub(crate) component_needed(): "apt needs a component, unless the suite ends with a slash.";

    // Files.
    /// A name that no repository can offer, or anything else that only the reader of the format knows.
    pub file_refused(reason): "{ $reason }";
    /// Something else than a package.
    pub(crate) not_a_package(detail): "this is not a Debian package: { $detail }";
    /// A file that did not arrive whole.
    pub(crate) package_cut_off(part): "the file is cut off in { $part }; transfer it again";
}
