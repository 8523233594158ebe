//! What is said of requests that cannot be fulfilled, whatever entity they are about.

migasfree_types::messages! {
    /// A value that is no number.
    pub not_a_number(): "Enter a number.";
    /// Several values, of which one is no number.
    pub not_a_number_of_several(value): "{ $value } is not a number: write numbers, separated by commas.";
    /// A value that is no truth.
    pub not_a_boolean(): "Write true or false.";
    /// A value that is no date.
    pub not_a_date(): "Write a date as YYYY-MM-DD.";
    /// A date that nothing begins on.
    pub implausible_date(first, last): "Write a date from { $first } to { $last }.";
    /// A value that is no moment.
    pub not_a_time(): "Write a date and time as YYYY-MM-DDTHH:MM:SS, with an offset or without.";
    /// A value that is no text.
    pub not_a_text(): "Write a text.";
    /// A value that is no list.
    pub not_a_list(): "Write a list.";
    /// A value that is no object.
    pub not_an_object(): "Send an object with names and values.";
    /// A value that is no address of mail.
    pub not_an_email(): "Write an address such as name@example.org.";
    /// A value that is none of a few.
    pub not_a_choice(value): "{ $value } is not a possible value.";
    /// A text in several lines, where one is expected.
    pub no_control_characters(): "Write it on one line, without tabs, other control characters and what is not seen.";
    /// A text that no database holds.
    pub null_character(): "This has a null character (U+0000), which cannot be stored: take it out.";
    /// A text that is too long.
    pub too_long(limit): "Write at most { $limit } characters.";
    /// A list that is too long.
    pub too_many_values(limit): "Write at most { $limit } values at once.";
    /// A number that is too small or too large.
    pub out_of_range(least, most): "Write a number between { $least } and { $most }.";
    /// An empty value.
    pub empty_value(): "This value must not be empty.";
    /// A value that was not given.
    pub missing_value(): "This value is required.";
    /// The id of nothing that the operator sees.
    pub unknown_id(id): "There is nothing with the id { $id }.";
    /// Several values, each with a reason of its own.
    pub invalid_values(): "Some values were refused.";
    /// A value that another row has.
    pub taken(): "Another one has this value already: choose another.";
    /// Values that another row has together.
    pub taken_together(): "Another one has these values already.";
    /// The same at each of their fields.
    pub taken_in_fields(): "Another one has the same values in the fields marked so: change one of them.";
    /// The same, with the names of the fields.
    pub taken_fields(fields): "Another one has the same values in { $fields } already: change one of them.";
    /// A row that does not exist, or is not the operator's to see.
    pub no_row(kind): "No { $kind } matches the given query.";
    /// The same, where the reference says nothing.
    pub no_such_thing(): "There is no such thing, or you may not see it.";
    /// An address that stands for nothing.
    pub not_found(): "There is nothing at this address.";
    /// A page that the list does not have.
    pub invalid_page(): "Invalid page.";
    /// A verb that an address does not take.
    pub method_not_allowed(method): "Method \"{ $method }\" not allowed.";
    /// A body of another format.
    pub unsupported_media_type(format): "Send JSON, a form or a multipart form, not { $format }.";
    /// A caller who reads no JSON.
    pub not_acceptable(): "This is answered as JSON, and the request accepts none: send \"Accept: application/json\".";
    /// A row that has changed since it was read.
    pub changed_meanwhile(): "Somebody else has changed this meanwhile: reload it, look at what is new, and make your change again.";
    /// A body that is too large.
    pub body_too_large(limit): "The body is larger than the { $limit } bytes accepted here.";
    /// A body that broke off.
    pub broken_body(reason): "The body did not arrive whole: { $reason }";
    /// A body that is no JSON.
    pub parse_error(reason): "JSON parse error - { $reason }";
    /// A form that is none.
    pub broken_form(reason): "{ $reason }";
    /// A body that is a list or a bare value.
    pub no_fields(): "Send an object with the names of the fields.";
    /// Something that was deleted meanwhile.
    pub reference_gone(): "Something this refers to does not exist any more: reload and try again.";
    /// A rule of the database.
    pub value_not_allowed(): "A value is missing or not allowed here.";
    /// A search for more than is searched for.
    pub search_too_long(words, characters): "Search for at most { $words } words of at most { $characters } characters.";
    /// A condition that is none.
    pub if_match(): "If-Match is * or a list of what ETag said, with its quotation marks: \"…\", \"…\".";
    /// Too many rows at once, or none.
    pub several_ids(limit): "Send up to { $limit } numbers, and at least one.";
    /// The same in an address.
    pub several_ids_in_address(limit): "Write up to { $limit } numbers, separated by commas.";
    /// A list that is not exported.
    pub no_export(kinds): "Export not supported for { $kinds }.";
    /// A refusal of one of several.
    pub of_one(name, reason): "{ $name }: { $reason }";
    /// An operator with several domains has to choose.
    pub choose_domain(): "Choose a domain: what you make belongs to one of yours.";
    /// What an operator with domains makes does not leave them.
    pub stays_in_domain(): "What is yours stays in a domain of yours: choose one of them. To make it everybody's, ask an administrator who has no domain.";
    /// Something that has no domain.
    pub made_for_everybody(): "What is made here is everybody's: ask an administrator who has no domain.";
    /// Something beyond the operator's domains.
    pub other_domain(): "This belongs to everybody or to another domain: ask an administrator who has no domain.";
    /// A replacement that is no number.
    pub replacement_id(): "Write the id of another one.";
    /// Two wishes at once.
    pub replace_or_detach(): "Send either replace_with or detach, not both.";
    /// The replacement of something by itself.
    pub replacement_itself(): "Name another one than the one that goes.";
    /// A replacement that does not exist.
    pub replacement_unknown(): "There is none with this id: name one that exists.";
    /// Something unseen uses it.
    pub used_unseen(kinds): "Some { $kinds } that use it are not yours to see: ask an administrator.";
    /// Something uses it, which may do without.
    pub in_use(kind, users): "This { $kind } is still in use. { $users }. Name another one for them with replace_with=ID, or disable them and clear the reference with detach=true.";
    /// Something uses it, which needs another one.
    pub in_use_needed(kind, users): "This { $kind } is still in use. { $users }. Name another one for them with replace_with=ID.";
    /// Something would reach more computers without it.
    pub keeps_out(kind, users): "This { $kind } keeps computers out of these, which would reach them without it. { $users }. Take it out of what they exclude first.";
    /// The same, of what can be disabled.
    pub keeps_out_detachable(kind, users): "This { $kind } keeps computers out of these, which would reach them without it. { $users }. Take it out of what they exclude first, or disable them with detach=true.";
    /// Something changed between the check and the deletion.
    pub used_meanwhile(): "Something began to use it, or what replaces it went, in this moment: reload and try again.";
}
