//! What is said of bodies that are too large.

migasfree_types::messages! {
    /// As a whole.
    pub too_large(limit): "The body is larger than the { $limit } bytes allowed: send less at once.";
    /// In parts.
    pub too_many_parts(limit): "The form has more than the { $limit } parts allowed: send fewer at once.";
    /// In the head of a part.
    pub part_head_too_large(limit): "The head of a part of the form is longer than the { $limit } bytes allowed: use a shorter name.";
}
