//! What is said of requests for statistics.

migasfree_types::messages! {
    /// A year that is none.
    pub(crate) not_a_year(name, value): "Write { $name } as a year from 1970 to 2999: { $value } is none.";
    /// More than is counted at once.
    pub(crate) shorter_time(): "Ask for a shorter time.";
    /// A time that is written otherwise.
    pub(crate) time_written_like(value, example): "{ $value } is not written like { $example }.";
    /// No computer.
    pub(crate) number_of_computer(): "Give the number of a computer.";
    /// A deployment that reaches all at once.
    pub(crate) no_schedule(): "The deployment has no schedule.";
}
