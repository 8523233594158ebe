//! What this crate says itself. Everything else that crosses the bus is said by the daemon.

migasfree_types::messages! {
    /// The value of an option has another type than the interface says.
    pub wrong_option(key, kind): "The option `{ $key }` must be { $kind ->\n    [boolean] true or false\n    [text] a text\n   *[number] a whole number that fits\n}.";
}
