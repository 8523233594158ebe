//! What administrators see a computer doing, by the call it makes, and what they are told of computers.

migasfree_types::messages! {
    /// A computer found its number.
    pub(crate) synchronization_begins(): "Synchronization begins";
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
    /// `computers/key/`
    pub(crate) brings_key(): "brings a key of its own";
    /// `computers/errors/`
    pub(crate) sends_errors(): "sends errors";
    /// `synchronizations/`
    pub(crate) ends_synchronization(): "ends its synchronization";
    /// `eot/`
    pub(crate) is_done(): "is done";

    /// A project that came with a computer.
    pub(crate) project_registered(project, address): "Project { $project } registered from { $address }";
    /// The same, where there will be no repositories.
    pub(crate) project_registered_without(project, address, pms): "Project { $project } registered from { $address }; repositories of { $pms } cannot be published yet, its computers get none";
    /// A platform that came with a computer.
    pub(crate) platform_registered(platform, address): "Platform { $platform } registered from { $address }";
    /// Why a call is refused: there is no such computer.
    pub(crate) computer_not_found(): "Computer not found";
    /// The computer is another project's.
    pub(crate) computer_of_other_project(other, project): "The computer belongs to the project { $other }, not to { $project }: register it again";
    /// A package system that is none.
    pub(crate) pms_is_one_of(known): "PMS must be one of { $known }";
    /// A project or a platform that cannot be called so.
    pub(crate) project_and_platform_names(limit): "Project and platform need a name with at most { $limit } characters, on one line.";
    /// Two projects that come at once.
    pub(crate) similar_project_registers(): "Another project with nearly the same name is being registered right now: try again.";
    /// A computer that has a key of its own calls with the project's, or somebody else does.
    pub(crate) computer_moved_over(): "This computer has a key of its own, and the key of the project is not enough for it any more: update migasfree on it, and run `migasfree register` there";
    /// A project whose computers need keys of their own calls with the project's.
    pub(crate) project_native_only(): "This project takes no computers without a key of their own: update migasfree on this computer, and enrol it";
    /// Nobody vouches for a new computer.
    pub(crate) computer_not_registrable(): "Computer cannot be registered";
    /// Claims without the form that the call needs.
    pub(crate) malformed_claims(): "Malformed claims";
    /// No message from this peer to this server.
    pub(crate) invalid_data(): "Invalid Data";
    /// A message that somebody else signed.
    pub(crate) invalid_signature(): "Invalid Signature";
    /// A message that came before.
    pub(crate) message_already_received(): "Message already received";
    /// A computer that calls too often.
    pub(crate) computer_calls_too_often(): "The computer calls too often";
    /// Too many tries to sign in.
    pub(crate) too_many_sign_ins(): "Too many sign-ins with this name or from this address: try again later";
    /// Too many wrong passwords.
    pub(crate) too_many_wrong_passwords(): "Too many wrong passwords for this name from this address: try again later";

    // Native calls.
    /// A request without a signature that can be read.
    pub(crate) request_not_signed(reason): "This call is for computers, which sign it: { $reason }";
    /// A request that another server was to take.
    pub(crate) request_of_other_server(): "This request is for a server with another key. The one that answers is not the one that this computer knows: if the server moved here, enrol the computer again";
    /// A request that was not made just now.
    pub(crate) request_of_past(seconds, time): "This request was made { $seconds } seconds ago by the clock of the server, where it is { $time } (UTC): set the clock of the computer, and try again";
    /// The same of a clock that is ahead.
    pub(crate) request_of_future(seconds, time): "The clock of this computer is { $seconds } seconds ahead of the one of the server, where it is { $time } (UTC): set it, and try again";
    /// A signature that is not right.
    pub(crate) request_forged(): "The signature does not fit: somebody changed this request on its way, or it is not from the computer it says";
    /// A request that came before.
    pub(crate) request_repeated(): "This request came before, and each is taken once: make another one";
    /// A request that may have come before.
    pub(crate) server_just_started(): "The server has just started, and cannot tell whether this request came before: make another one";
    /// More requests than can be remembered.
    pub(crate) too_many_computers_at_once(): "Too many computers call at once: try again in a moment";
    /// A body that does not arrive.
    pub(crate) request_broke_off(): "The request broke off before its end";
    /// A body that is packed in an unknown way.
    pub(crate) request_coding_unknown(name): "The body of the request is packed with { $name }: use gzip, or nothing";
    /// More errors than a computer has at once.
    pub(crate) message_names_errors(limit): "A message may name at most { $limit } errors";
    /// The same of synchronisations.
    pub(crate) message_names_synchronizations(limit): "A message may name at most { $limit } synchronizations";
    /// A body that says something else than the call needs.
    pub(crate) request_malformed(reason): "The body of the request cannot be read: { $reason }";
    /// Nobody showed this key.
    pub(crate) key_unknown(): "The server does not know the key of this computer: enrol it";
    /// A key about which nobody decided yet.
    pub(crate) key_pending(): "The key of this computer waits for an administrator to approve it";
    /// A key that is good no more.
    pub(crate) key_revoked(): "The key of this computer was revoked: ask an administrator, and enrol it again";
    /// A key that was never good.
    pub(crate) key_rejected(): "An administrator rejected the key of this computer: ask one, and enrol it again";
    /// A key whose place another one took.
    pub(crate) key_replaced(): "Another key took the place of this one: if this computer was copied from another one, enrol it anew";
    /// A computer that has not got the key it brings.
    pub(crate) key_not_proven(): "The computer did not prove that it has the key it brings, for this server";
    /// What a computer says of itself cannot be.
    pub(crate) identity_malformed(limit): "A computer needs a name on one line, a UUID of at most { $limit } characters, and an address that is one";

    /// Too many new computers from one address.
    pub(crate) too_many_new_computers_from_address(): "Too many new computers register from this address: try again later, or register with the name and password of somebody who may add computers";
    /// Too many new computers in one project.
    pub(crate) too_many_new_computers_in_project(): "Too many new computers register in this project: try again later, or register with the name and password of somebody who may add computers";

    /// New computers that are refused because they are too many.
    pub(crate) new_computers_refused(project, address, reason): "New computers in { $project } are refused again and again (last from { $address }): { $reason }";
    /// A computer that is refused every time.
    pub(crate) refused_again(computer, project, call, address, reason): "{ $computer } in { $project } is refused again and again ({ $call }, last from { $address }): { $reason }";
}
