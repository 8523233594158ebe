//! What the rules of the domain say when they refuse something.

use migasfree_types::message::Message;

migasfree_types::messages! {
    // API keys.
    /// A network that is none.
    pub(crate) not_a_network(value): "{ $value } is neither an address nor a network such as 10.0.0.0/8.";
    /// An end that is over.
    pub(crate) expires_later(): "Write a moment that is still to come.";
    /// As many keys as an account keeps.
    pub(crate) too_many_keys(most): "An account keeps { $most } keys: revoke one that is not used any more.";

    // Computers.
    /// A computer that registered.
    pub new_computer(computer, name, project): "New computer { $computer } ({ $name }) in { $project }";
    /// The same, for a computer that registers: what an administrator has to do.
    pub computer_retired(): "This computer is unsubscribed: an administrator has to give it another status, or somebody who may add computers has to register it with their name and password";
    /// Two computers that nothing tells apart.
    pub computers_alike(first, second, name): "{ $first } and { $second } are both called { $name } and have no UUID of their own: give one of them another name, or delete the one that is no more";
    /// A computer in its own place.
    pub(crate) replaces_itself(): "A computer cannot replace itself.";
    /// Something beyond the operator's domains names a computer alone.
    pub(crate) named_beyond_domains(): "Something that is not yours to change names one of these computers alone: ask an administrator who has no domain.";
    /// No moment of the history of software.
    pub(crate) no_moment_of_history(): "Name a moment of the history as YYYY-MM-DDTHH:MM:SS.";
    /// A moment before the first report of a computer.
    pub(crate) computer_not_known_yet(): "The computer was not known yet at that moment.";
    /// No status.
    pub(crate) unknown_status(status): "{ $status } is not a status of computers.";
    /// No action for several computers.
    pub(crate) unknown_bulk_action(): "Write tag, untag or status.";
    /// No tags.
    pub(crate) choose_tag(): "Choose at least one tag.";
    /// No computers.
    pub(crate) choose_computer(): "Choose at least one computer.";
    /// A filter that is none.
    pub(crate) filter_not_an_object(): "Send an object with the parameters of the list.";
    /// Neither ids nor a filter, or both.
    pub(crate) ids_or_filter(): "Send either ids or a filter; an empty filter means all computers.";
    /// A filter that the list does not have.
    pub(crate) unknown_filter(name): "There is no filter { $name }: use those of the list of computers.";
    /// Another number of computers than was confirmed.
    pub(crate) other_number(found): "{ $found ->\n    [one] There is one computer by now: look at the list and confirm again.\n   *[other] There are { $found } computers by now: look at the list and confirm again.\n}";
    /// A filter for computers with a failed deployment.
    pub(crate) deployment_number(): "Write the number of a deployment.";
    /// A filter for what is aimed at computers.
    pub(crate) audience_of_what(): "Write what is aimed at computers and its number, such as core.deployment:7.";

    // What computers report.
    /// A computer that is ready for somebody.
    pub available_synchronized(computer): "Computer { $computer } with status available has been synchronized";
    /// Somebody who was at no computer before.
    pub new_user(user, fullname, computer): "New user { $user } ({ $fullname }) on { $computer }";
    /// A computer with another UUID.
    pub uuid_changed(computer, before, now): "The UUID of { $computer } was { $before }, is { $now }";
    /// A computer with another name.
    pub name_changed(computer, before, now): "The name of { $computer } was { $before }, is { $now }";
    /// A computer with another address.
    pub address_changed(computer, before, now): "The address of { $computer } was { $before }, is { $now }";
    /// A value that is too long.
    pub value_cut(computer, value): "The value of an attribute of { $computer } was cut to: { $value }";
    /// Too many values.
    pub values_left_out(computer, limit, prefix): "{ $computer } reports more than { $limit } values of { $prefix }: the others are left out";
    /// A computer said what it is.
    pub attributes_received(): "Attributes received";
    /// Too many packages that nobody has seen.
    pub too_many_new_packages(limit): "A computer may bring at most { $limit } packages a day that nobody has seen, and ten times as many at once";
    /// Too many values of attributes that nobody has had.
    pub too_many_new_attributes(limit): "A computer may report at most { $limit } values of attributes a day that nobody has had, and ten times as many at once";
    /// Too many users whom nobody has seen.
    pub too_many_new_users(limit): "A computer may report at most { $limit } users a day whom nobody has seen, and ten times as many at once";
    /// The computer is retired.
    pub computer_unsubscribed(): "Unsubscribed computer";
    /// More tags than any computer has.
    pub(crate) message_names_tags(limit): "A message may name at most { $limit } tags";
    /// The same of properties.
    pub(crate) message_names_properties(limit): "A message may name at most { $limit } properties";
    /// The same of faults.
    pub(crate) message_names_faults(limit): "A message may name at most { $limit } faults";
    /// A list that is too long.
    pub(crate) software_list_too_long(limit): "A software list may have at most { $limit } packages";
    /// Tags that are none.
    pub(crate) invalid_tags(): "Invalid tags";
    /// An application that is not offered to a computer.
    pub(crate) app_not_offered(): "Application not in the catalogue of this computer";
    /// An application that everybody may install.
    pub(crate) app_needs_no_administrator(): "Application needs no administrator";
    /// Requests for applications.
    pub(crate) too_many_requests_pending(): "Too many requests of this computer are pending";
    /// A request of another computer, or of none.
    pub(crate) no_such_request(): "This computer made no such request";
    /// Values that are no good.
    pub(crate) values_refused(fields): "These values are not good: { $fields }";
    /// A tree that is none.
    pub(crate) hardware_malformed(): "Malformed claims";

    // Who computers are.
    /// A token that ends before it begins.
    pub(crate) token_expires_later(): "Choose a moment that is still to come.";
    /// Words that are no networks.
    pub(crate) not_networks(): "Write addresses and networks such as 10.1.0.0/16, one on each line.";
    /// A token that there is not, or not any more.
    pub(crate) token_not_good(): "This enrolment token is not good: it is mistyped, used up, expired or revoked. Ask an administrator for another one";
    /// A token in the wrong place.
    pub(crate) token_not_from_here(): "This enrolment token is not for the network that the computer is in";
    /// A token in the wrong project.
    pub(crate) token_of_other_project(): "This enrolment token is for another project than the one this computer names: set that with `migasfree conf --project`";
    /// A key that was good once, or refused.
    pub(crate) key_ended(): "This key was replaced, revoked or rejected: make another one and enrol again";
    /// A UUID that is another computer's.
    pub(crate) uuid_of_other_computer(): "Another computer has this UUID already";
    /// Two keys claim to be one computer.
    pub(crate) identity_contested(computer, address): "Two keys claim to be { $computer } (the other one last from { $address }): it was reinstalled, or somebody has copied it. Approve the key that is right, and reject or revoke the other one";
    /// Two machines use one key.
    pub(crate) identity_copied(computer, address): "{ $computer } was copied with its key: two machines use it (one of them last from { $address }), or one goes back and forth between states that were kept of it. Run `migasfree register` on the right one, which gives it another key and ends that of the copy";
    /// A key that nobody has to decide about.
    pub(crate) key_not_waiting(computer): "The key of { $computer } does not wait for a decision any more.";
    /// A key that cannot be revoked.
    pub(crate) key_not_good(): "Only a key that is active or was replaced can be revoked.";
    /// A key that somebody may still know.
    pub(crate) key_not_forgotten(): "Only a key that waits or was rejected can be forgotten.";

    // The catalogue of applications.
    /// A decision on a request that is not there any more.
    pub(crate) request_withdrawn(): "The request was withdrawn: there is nothing to decide any more.";
    /// A file whose content is not what its name says.
    pub(crate) not_such_a_picture(format): "The file is not a { $format } picture, whatever its name says.";
    /// A file that is no picture by its name.
    pub(crate) icon_not_an_image(): "an icon must be a jpg, jpeg, png, gif, svg, webp, bmp, ico, tif or tiff file";
    /// A file that is too large.
    pub(crate) icon_too_large(limit): "an icon may have { $limit } bytes";
    /// A file with nothing in it.
    pub(crate) icon_empty(): "the icon is empty";
    /// A category that applications have.
    pub(crate) category_needed(): "Every application has a category: name another one for them with replace_with=ID.";

    // Names, projects and what belongs to one.
    /// A name that no address can be made of.
    pub(crate) name_without_letters(): "Write a name with letters or digits.";
    /// A name with something in it that is not seen.
    pub(crate) name_with_unseen(): "Write a name without line ends, control characters and others that are not seen.";
    /// A name that would lead elsewhere in a path.
    pub(crate) name_like_a_path(): "Write a name without slashes that does not begin with a dot.";
    /// A name that people would take for another one.
    pub(crate) differs_in_capitals(name): "There is { $name } already, which differs in capital letters or blanks alone: choose another name.";
    /// The project of a store.
    pub(crate) store_stays_in_project(): "A store cannot move to another project: make a store there.";
    /// The project of a deployment.
    pub(crate) deployment_stays_in_project(): "A deployment cannot move to another project: copy it there.";
    /// The project of a package set.
    pub(crate) set_stays_in_project(): "A set cannot move to another project: copy it there.";
    /// A store that takes the place of another one.
    pub(crate) replacement_of_other_project(): "That store belongs to another project: name one of the same project.";
    /// A delay that takes the place of another one.
    pub(crate) replacement_of_other_schedule(): "That delay belongs to another schedule: name one of the same schedule.";
    /// An architecture that no computer of the package system has.
    pub(crate) unknown_architecture(architecture, pms, example): "{ $architecture } is not an architecture that { $pms } knows: write one such as { $example }.";
    /// The same, where it is known which one is meant.
    pub(crate) architecture_spelled(architecture, pms, instead): "{ $architecture } is not an architecture that { $pms } knows: write { $instead }.";
    /// The architecture of packages that suit all computers.
    pub(crate) architecture_of_none(architecture, pms, example): "{ $architecture } is not an architecture that { $pms } knows: packages for all computers need none. Write those of the computers, for example { $example }.";
    /// No architecture at all.
    pub(crate) missing_architecture(example): "Write the architecture of the computers, for example { $example }.";

    // Deployments.
    /// A source that is mirrored.
    pub(crate) no_external_sources(): "External sources are not served yet: computers would get nothing from one, and apt would fail. Upload the packages into a store, or set the repository up on the computers themselves.";
    /// Packages or sets of another project.
    pub(crate) of_other_project(names): "Not of the project of the deployment: { $names }.";
    /// A word that no package manager takes for a name.
    pub(crate) no_package_name(word): "{ $word } is not a package name: write names alone, one on each line.";
    /// A package to install and to remove.
    pub(crate) install_and_remove(name): "{ $name } is among the packages to install, too: leave it in one of the lists.";
    /// Computers that are not in use.
    pub(crate) not_in_use(names): "Not in use, so nothing can be aimed at it: { $names }.";
    /// Packages that nothing in the project offers.
    pub(crate) not_offered(names): "Nothing in this project offers { $names }: check the spelling, or save it all the same if the computers have a source of their own for it.";
    /// An address that is none.
    pub(crate) not_an_address(): "Write an address such as http://deb.debian.org/debian.";
    /// An address of another protocol.
    pub(crate) only_http(): "Only http and https addresses can be mirrored.";
    /// An address with a password.
    pub(crate) password_in_address(): "Leave user name and password out of the address.";
    /// An address without a host.
    pub(crate) no_host(): "The address names no host.";
    /// An address that only this machine reaches.
    pub(crate) private_address(): "The address leads to this machine or a private network.";
    /// A repository of a package system that is not published.
    pub(crate) unsupported_pms(pms, published): "Repositories of { $pms } cannot be published yet, only those of { $published }.";
    /// What to know of a project whose repositories are not published.
    pub(crate) project_unpublished(pms, published): "Repositories of { $pms } cannot be published yet, only those of { $published }: packages can be stored, and computers get no repository of this project.";
    /// A list of ids that is none.
    pub(crate) not_numbers(): "Write numbers, separated by commas.";

    // Attributes and their formulas.
    /// The value of an attribute that the server made.
    pub(crate) built_in_value(): "A built-in attribute keeps its value.";
    /// An attribute that the server made.
    pub(crate) built_in_attribute(): "A built-in attribute cannot be deleted: it goes with what it stands for.";
    /// A tag needs a stamp.
    pub(crate) choose_stamp(): "Choose a stamp.";
    /// A feature needs a formula.
    pub(crate) choose_formula(): "Choose a formula.";
    /// A latitude without a longitude, or the other way round.
    pub(crate) half_a_place(): "A place needs both: write a latitude and a longitude, or neither.";
    /// A tag below another domain.
    pub(crate) begin_with_domain(): "Begin with the name of a domain of yours and a point.";
    /// Something else than a tag.
    pub(crate) not_a_tag(id): "The attribute { $id } is not a tag: choose tags.";
    /// A prefix with other characters.
    pub(crate) letters_and_digits(): "Use letters from A to Z and digits only.";
    /// A basic property that somebody makes.
    pub(crate) basic_sort(): "Basic properties are built in: choose client or server.";
    /// A property that goes with the server.
    pub(crate) built_in_property(): "This property is built in and cannot be deleted: disable it instead.";
    /// What a basic property is.
    pub(crate) basic_property(): "A basic property is built in: this cannot change.";
    /// The name of the set of all computers.
    pub(crate) name_of_all_systems(): "This name stands for all computers: choose another.";
    /// A set in itself, by sets that the operator does not see.
    pub(crate) set_in_itself(): "This set would contain itself by way of others: leave those out.";
    /// Sets in each other.
    pub(crate) sets_in_a_circle(names): "These sets would contain each other in a circle: { $names }.";

    // Operators and domains.
    /// A wrong password of one's own.
    pub not_current_password(): "This is not the current password.";
    /// Two passwords that should be the same.
    pub(crate) passwords_differ(): "The two passwords differ.";
    /// The name of an account.
    pub(crate) user_name_characters(): "Use letters, digits and @ . + - _ only.";
    /// One's own account.
    pub(crate) own_account(): "Nobody can delete their own account.";
    /// One's own powers.
    pub(crate) own_powers(): "Nobody can take their own rights away: ask another superuser.";
    /// A domain of somebody else.
    pub(crate) operator_not_in_domain(): "The operator does not administer this domain.";
    /// A scope of somebody else.
    pub(crate) scope_of_other(): "The scope belongs to somebody else.";
    /// A scope for somebody else.
    pub(crate) scope_for_oneself(): "Scopes can only be made for oneself.";
    /// A domain of others.
    pub(crate) not_your_domain(): "You do not administer this domain.";
    /// Deleting a domain that limits the operator.
    pub(crate) own_domain_stays(): "Nobody deletes a domain of their own: ask an administrator who has no domain.";
    /// Changing a domain that limits the operator.
    pub(crate) own_domain_is_kept(): "Nobody changes what a domain of their own is: ask an administrator who has no domain.";
    /// Entering a domain.
    pub(crate) oneself_into_domain(): "Nobody adds themselves to a domain: ask a superuser.";
    /// Taking a domain away.
    pub(crate) own_domain_of_others(): "Nobody takes a domain of their own away from others: ask an administrator who has no domain.";
    /// Accounts that nothing would limit.
    pub(crate) would_see_everything(names): "These have no other domain and would see everything: { $names }. Give them another one first.";
    /// What only a domain limits.
    pub(crate) no_longer_limited(names): "These would no longer be limited to the domain: { $names }. Give them another domain or delete them first.";

    // Packages and sets.
    /// Several files where each is a package of its own.
    pub(crate) one_file_at_a_time(): "Send one file with each request: each makes one package.";
    /// A package without a file.
    pub(crate) only_reported(): "The package is in no store: only computers have reported it. It goes by itself once no computer and no history has it.";
    /// Nothing to look into.
    pub(crate) report_without_file(): "the package is in no store: only computers reported it";
    /// A package that cannot be looked into.
    pub(crate) report_unsupported(pms, supported): "packages of { $pms } cannot be looked into yet, only those of { $supported }";
    /// A set with neither.
    pub(crate) packages_or_files(): "Send packages, or files to make packages of.";
    /// Files without a store.
    pub(crate) store_for_files(): "Choose a store for the files.";
    /// A store of another project.
    pub(crate) store_of_other_project(): "The store belongs to another project.";
    /// Packages from elsewhere.
    pub(crate) not_in_store_of_set(names): "Not in the project and store of the set: { $names }.";
    /// No destination of a copy.
    pub(crate) copy_to_which_project(): "Name the project to copy to.";
    /// The project of the original.
    pub(crate) copy_to_same_project(): "The copy needs another project than the original's.";
    /// A destination that does not exist.
    pub(crate) no_such_project(): "There is no such project.";
    /// A name that the other package system does not take.
    pub(crate) name_in_other_system(word, list, pms): "{ $word } in { $list } is not a package name for { $pms }, the package system of the other project: change it here first.";
    /// Files that stand in the way of copies.
    pub(crate) different_files_there(names): "The other project has different files of these names or versions: { $names }. Take them out of one of the projects.";
    /// Packages of another system.
    pub(crate) not_of_format(origin, names): "The other project takes packages of { $origin } alone, and these are none: { $names }.";

    // Publications, and what administrators are told of them.
    /// A step of a publication.
    pub(crate) publication_reads(): "reading what the deployment offers";
    /// A step of a publication.
    pub(crate) publication_writes(): "writing the indexes";
    /// A step of a publication.
    pub(crate) publication_stores(): "storing the indexes";
    /// A package system that is not published.
    pub(crate) publication_unsupported(pms, published): "repositories of { $pms } cannot be published yet: only those of { $published } are supported";
    /// The database, the files or the key.
    pub(crate) publication_failed(reason): "{ $reason }";
    /// Indexes that no package manager would read.
    pub(crate) publication_unreadable(reason): "{ $reason }; computers keep what was published before";
    /// Indexes that could not be made.
    pub(crate) publication_indexes(reason): "the indexes could not be made: { $reason }";
    /// A package is not in it.
    pub(crate) one_left_out(names): "1 package is left out: { $names }";
    /// Packages are not in it.
    pub(crate) some_left_out(count, names): "{ $count } packages are left out: { $names }";
    /// More than those that are named.
    pub(crate) more_left_out(count): "and { $count } more";
    /// A package of which only computers know.
    pub(crate) left_out_without_file(name): "{ $name } (it has no file here)";
    /// A package for other computers.
    pub(crate) left_out_for_others(name, architectures, architecture): "{ $name } (the project is for { $architectures }, not { $architecture })";
    /// A number of packages.
    pub(crate) one_package(): "1 package";
    /// A number of packages.
    pub(crate) some_packages(count): "{ $count } packages";
    /// A publication that went well.
    pub(crate) repository_published(repository, project, packages): "Repository { $repository } of project { $project } is published with { $packages }";
    /// The same, where something is not in it.
    pub(crate) repository_published_without(repository, project, packages, remark): "Repository { $repository } of project { $project } is published with { $packages }; { $remark }";
    /// A publication that did not.
    pub(crate) repository_not_published(repository, project, reason): "Repository { $repository } of project { $project } was not published: { $reason }";

    // What administrators are told when the server starts.
    /// Computers with one UUID, written differently.
    pub(crate) computers_share_uuid(computers): "{ $computers } have one UUID in different spellings, so they are probably one machine. Keep the one that still synchronizes: swap them with \"Replace\" if the other one has the tags, then delete the other one.";
    /// More of them.
    pub(crate) more_share_uuid(count): "{ $count } more UUIDs belong to several computers each, in different spellings: the server's log names them.";
    /// Files of one package.
    pub(crate) packages_are_one(files, project, identity): "{ $files } of { $project } are all { $identity }, and computers get either of them. Keep the right one and delete the others.";
    /// More of them.
    pub(crate) more_are_one(count): "{ $count } more packages are there several times: the server's log names them.";
    /// An attribute without a value that something is aimed at.
    pub(crate) aimed_at_nothing(prefix, names): "{ $prefix }- is an attribute without a value, which computers get no more, but for this one: { $names } would reach others without it. Aim them at something else: then it goes when the server starts.";

    // Files that are sent.
    /// The name of another package system's file.
    pub(crate) other_ending(file, origin, endings): "{ $file } is not the name of a { $origin } package: it must end with { $endings }";
    /// What is wrong with a file.
    pub(crate) package_refused(file, reason): "{ $file }: { $reason }";
    /// A store of another project, or none.
    pub(crate) no_such_store(): "the project has no such store";
    /// Another file of the name in the store.
    pub(crate) different_in_store(file): "the store has a different file called { $file }; give the new one another name";
    /// Another file of the name in the project.
    pub(crate) different_in_project(file): "the project has a different file called { $file }; give the new package another version";
    /// Another version under the name.
    pub(crate) other_version_there(version, package, file, suggestion): "the project has version { $version } of { $package } as { $file }; rename the new file, for example to { $suggestion }";
    /// The same package under another name.
    pub(crate) same_package_there(package, version, architecture, file): "the project has { $package } { $version } for { $architecture } already, as { $file }; give the new package another version";
    /// Another package under the name.
    pub(crate) other_package_there(file, theirs, ours, suggestion): "{ $file } is the file of the package { $theirs } in this project, and the new one is of { $ours }; rename the new file, for example to { $suggestion }";

    // Certificates.
    /// No authority gives any.
    pub(crate) certificate_authority_missing(): "There is no certificate authority here: create one with migasfree-server ca create.";
    /// Its files, its own certificate, or a name that cannot be certified.
    pub(crate) certificate_authority_unusable(reason): "The certificate authority cannot do this: { $reason }";
    /// What administrators are told before it is too late.
    pub(crate) certificate_authority_ends(until): "The certificate authority ends on { $until }: nothing that it signed is valid after that. Make or import another one.";
    /// A request that is none.
    pub(crate) certificate_request_unreadable(reason): "This is not a certificate request in PEM: { $reason }";
    /// A request without end.
    pub(crate) certificate_request_too_long(limit): "A certificate request has at most { $limit } bytes.";
    /// A request with a key that is not taken.
    pub(crate) certificate_key_kind(): "The key has to be of P-256, P-384, Ed25519, or RSA with 2048 to 8192 bits.";
    /// A request of somebody who has not got the key.
    pub(crate) certificate_request_unsigned(): "The request is not signed by its own key.";
    /// A computer that nothing tells from others.
    pub(crate) certificate_without_uuid(): "The computer has no UUID of its own, and a certificate would be of nobody.";
    /// One key for two purposes.
    pub(crate) certificate_key_known(): "This is the key that the computer is known by: it needs another one for its certificate.";
    /// A computer that asks again and again.
    pub(crate) certificate_too_often(limit): "A computer gets at most { $limit } certificates a day.";
    /// Of a person and a computer, or of neither.
    pub(crate) certificate_for_whom(): "Name either a computer or an account.";
    /// A key that never leaves the computer.
    pub(crate) certificate_needs_request(): "A computer makes its key itself and sends a certificate request.";
    /// A file with a key that everybody could read.
    pub(crate) certificate_needs_password(limit): "Write a password of at least { $limit } characters for the file, or send a certificate request.";
    /// A certificate that was taken back before.
    pub(crate) certificate_revoked_before(): "This certificate is revoked already.";

    // Remote support.
    /// Nobody lets anybody in.
    pub(crate) remote_no_policy(): "No policy of remote support is meant for this computer and for you: ask an administrator for one.";
    /// A policy that lets nobody in.
    pub(crate) remote_denied(policy): "The policy { $policy } lets nobody in on this computer.";
    /// A service that the policy does not have.
    pub(crate) remote_not_offered(policy, service): "The policy { $policy } does not allow this on this computer: { $service }.";
    /// Another time of day.
    pub(crate) remote_not_now(policy, from, until): "The policy { $policy } lets you in from { $from } to { $until } only.";
    /// Another day.
    pub(crate) remote_not_today(policy): "The policy { $policy } lets nobody in at this time.";
    /// No reason.
    pub(crate) remote_reason_needed(): "Say why you need to get in: the person at the computer and the audit are told.";
    /// No ticket.
    pub(crate) remote_ticket_needed(): "Name the ticket that this is about.";
    /// Less than a policy asks for.
    pub(crate) remote_second_factor(): "This computer takes a second factor: set up an app or a passkey for your account, and sign in with it.";
    /// A program where a person is to have shown who they are.
    pub(crate) remote_no_programs(): "This computer takes that a person showed who they are within ten minutes, which tokens and keys of programs cannot: use the console, or sign in with Connect.";
    /// A sign-in that is too long ago.
    pub(crate) remote_sign_in_again(): "This computer takes that you showed who you are within ten minutes: sign in again with this program, or use the console.";
    /// A computer without a key.
    pub(crate) remote_no_key(): "This computer has no key of its own that the server knows: let it synchronize with the current client, or approve its key under Computer keys.";
    /// A computer with an agent of before.
    pub(crate) remote_version_1_service(): "The agent of this computer speaks version 1, which has nothing but the ports ssh, vnc and rdp: update its client for anything else.";
    /// The same.
    pub(crate) remote_version_1_unasked(): "The agent of this computer speaks version 1, which asks and tells nobody: ask for a session without asking, which takes the right to act unattended, or update its client.";
    /// A computer that is not there.
    pub(crate) remote_offline(): "This computer is not connected: it is switched off, asleep or offline, or its agent does not run.";
    /// A screen that nobody is at.
    pub(crate) remote_no_screen(): "This computer shows no screen now: nobody is logged in at its desktop, or its client cannot show it.";
    /// A computer that is out of use.
    pub(crate) remote_not_in_use(): "This computer is not in use: give it another status first.";
    /// A service that is not listed.
    pub(crate) remote_port_unknown(policy, known): "The policy { $policy } has no such port, only: { $known }";
    /// Nobody to be.
    pub(crate) remote_whose_account(): "Name the account of the computer to use: nobody was seen at it yet.";
    /// A name that is none.
    pub(crate) remote_no_account(): "Write the name of an account of the computer.";
    /// Root by its name.
    pub(crate) remote_root_by_mode(): "Ask for the mode administrator to work as root.";
    /// A service and a mode that do not belong together.
    pub(crate) remote_no_such_mode(service, mode): "There is no { $service } in the mode { $mode }.";
    /// One session too many.
    pub(crate) remote_too_many_own(most): "You have { $most } sessions already: end one of them first.";
    /// The same on a computer.
    pub(crate) remote_too_many_there(most): "There are { $most } sessions on this computer already: one of them has to end first.";
    /// A session that nobody knows.
    pub(crate) remote_unknown(): "The server knows no such session: ask for another one.";
    /// A grant for the second time.
    pub(crate) remote_used(): "This grant was used already: ask for another session.";
    /// Too late.
    pub(crate) remote_expired(): "The time of this session is over: ask for another one.";
    /// A right that somebody took.
    pub(crate) remote_right_gone(): "You may not do this on this computer any more.";
    /// A policy that somebody changed.
    pub(crate) remote_policy_gone(): "The policies of remote support do not allow this session any more.";
    /// Another key.
    pub(crate) remote_key_replaced(): "The computer is not known by the key any more that the session was for.";
    /// An account that is closed.
    pub(crate) remote_account_gone(): "The account is closed, or its session, token or key is over: sign in again.";
    /// Somebody ended it.
    pub(crate) remote_ended(): "The session was ended.";
    /// Something else.
    pub(crate) remote_failed(): "The server could not look after the session: try again.";
    /// Nothing to play.
    pub(crate) remote_no_recording(): "This session was not recorded, or its recording is not kept any more.";
    /// A port that is none.
    pub(crate) remote_port_written(written): "{ $written } is no port: write a name and a number, such as ssh=22, one on each line.";
    /// A day that is none.
    pub(crate) remote_day_written(written, known): "{ $written } is no day: write some of { $known }, one on each line.";
    /// A time that is none.
    pub(crate) remote_time_written(written): "{ $written } is no time of day: write one such as 08:30.";
    /// One end alone.
    pub(crate) remote_half_a_window(): "Write both times, or none.";
    /// Both ends at once.
    pub(crate) remote_empty_window(): "Write another time than the one it begins with.";

    // Actions.
    /// Parameters that a verb does not take.
    pub(crate) action_parameters(verb): "The parameters are not those of the action { $verb }.";
    /// A delay that is too long.
    pub(crate) action_delay_too_long(most): "Choose a delay of { $most } minutes at most.";
    /// An end before the beginning, or too far away.
    pub(crate) action_expires(days): "Choose an end after the beginning and within { $days } days.";
    /// A moment that is none.
    pub(crate) action_no_time(written): "{ $written } is no moment: write one such as 2026-12-24T18:00.";
    /// Other computers where one is meant.
    pub(crate) action_of_one(): "This is for one computer alone: ask for an action to mean others.";
    /// More than one way to say which computers.
    pub(crate) action_one_way(): "Name the computers, a filter or attributes, not several of these.";
    /// A computer that is not in use.
    pub(crate) action_not_in_use(computer): "{ $computer } is not in use: give it another status first.";
    /// Too many computers.
    pub(crate) action_too_many(most): "An action is for { $most } computers at most.";
    /// The same key for another request.
    pub(crate) action_key_used(): "This key was used for another action already.";

    // Alerts.
    /// Certificates that end soon and have no successor.
    pub(crate) alert_certificates(): "Certificates that expire soon";
    /// Deployments with a schedule that are under way.
    pub(crate) alert_schedules_active(): "Active schedule deployments";
    /// Deployments with a schedule that is over.
    pub(crate) alert_schedules_finished(): "Finished schedule deployments";
    /// Nothing can be kept any more.
    pub(crate) alert_disk_full(): "The disk of the database is full";
    /// The audit is not as it was written.
    pub(crate) alert_audit_broken(): "The audit was changed from outside";
    /// Repositories that are being published.
    pub(crate) alert_publishing(): "Repositories being generated";
    /// Computers that synchronize now.
    pub(crate) alert_synchronizing(): "Synchronizing computers now";
    /// Computers that began and never ended.
    pub(crate) alert_delayed(): "Delayed computers";
    /// Packages that nothing offers.
    pub(crate) alert_orphan_packages(): "Orphan packages";
    /// Package sets that nothing offers.
    pub(crate) alert_orphan_sets(): "Orphan package sets";
    /// Notifications that nobody checked.
    pub(crate) alert_notifications(): "Unchecked notifications";
    /// Faults that nobody checked.
    pub(crate) alert_faults(): "Unchecked faults";
    /// Errors that nobody checked.
    pub(crate) alert_errors(): "Unchecked errors";
    /// Keys of computers that nobody decided about.
    pub(crate) alert_keys_pending(): "Computers waiting for approval";
    /// Two keys for one identity.
    pub(crate) alert_keys_contested(): "Computers that may have been copied";
}

/// A message as a column keeps it.
#[must_use]
pub fn stored(message: &Message) -> String {
    // It is text and numbers: writing it cannot fail.
    serde_json::to_string(message).unwrap_or_default()
}
