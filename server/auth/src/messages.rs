//! What is said to who is not let in, and of failures that every call knows.

migasfree_types::messages! {
    /// Nobody signed in.
    pub not_authenticated(): "Sign in first: authentication credentials were not provided or are not valid.";
    /// The cookie came from another page.
    pub foreign_page(): "This request does not come from a page of this server.";
    /// A JSON web token.
    pub token_not_valid(): "The token is not valid or has expired: get a new one.";
    /// User name and password.
    pub invalid_credentials(): "The user name or the password is not right.";
    /// The password alone is not enough.
    pub second_step_needed(): "The password is right. One more step is needed to sign in.";
    /// The password alone is not enough, and the account has nothing more.
    pub factor_to_set_up(): "The password is right. A group of this account demands a second factor: set one up to sign in.";
    /// A second step that comes too late, or again.
    pub step_not_valid(): "This step of signing in is over: begin again with the password.";
    /// A wrong code in the second step.
    pub wrong_answer(): "That is not right: try again.";
    /// A call with a name and a password, and nothing more.
    pub one_step_alone(): "This account signs in with a second step, which this call does not have: use another account.";
    /// Another app, while there is one.
    pub factor_there(): "This account has an app for codes already: remove it first.";
    /// A server without a host name.
    pub no_passkeys(): "This server has no passkeys: they need a host name in its address (listen.public_url).";
    /// Recovery codes alone.
    pub no_factor(): "Recovery codes stand in for an app or a passkey: set one up first.";
    /// A session that is open for long.
    pub step_up_required(): "Show once more that it is you, then do this again.";
    /// A program that does what people do.
    pub session_needed(): "Sign in to the console to do this: a token is not enough.";
    /// A server without mail.
    pub no_mail(): "This server sends no mail: ask an administrator for a new password.";
    /// A link to choose a password that was replaced, or is much too old.
    pub reset_over(): "This link is over: ask for another one.";
    /// A link to choose a password that is good no more.
    pub reset_expired(minutes): "This link is too old: it was good for { $minutes } minutes. Ask for another one.";
    /// A link to choose a password that did so.
    pub reset_used(): "The password was changed with this link already: sign in with the new one, or ask for another link.";
    /// The subject of a mail.
    pub reset_mail_subject(): "Choose a new password for Migasfree";
    /// How to choose a password.
    pub reset_mail_link(username, minutes, link): "Choose a new password for the account { $username } here, within { $minutes } minutes: { $link }";
    /// For whom somebody else asked.
    pub reset_mail_ignore(): "If you did not ask for this, do nothing: your password stays as it is.";
    /// The subject of a mail.
    pub elsewhere_mail_subject(): "Signing in to Migasfree";
    /// For an account whose password is elsewhere.
    pub elsewhere_mail_ways(username, ways): "The account { $username } has no password here. It signs in another way: { $ways }.";
    /// The subject of a mail.
    pub place_mail_subject(): "New sign-in to Migasfree";
    /// A sign-in from a new place.
    pub place_mail_where(username, device, address): "The account { $username } signed in with { $device } from { $address }, where it never was before.";
    /// What to do about it.
    pub place_mail_advice(): "If that was not you, change your password and sign out everywhere.";
    /// The subject of a mail.
    pub address_mail_subject(): "Another address for your Migasfree account";
    /// To the address that an account had.
    pub address_mail_changed(username): "The account { $username } has another address from now on: links to choose a password go there, and nothing comes here any more.";
    /// What to do about it.
    pub address_mail_advice(): "If that was not you, tell an administrator at once.";
    /// An API key, where the person themselves is asked for.
    pub not_in_person(): "A program cannot do this: sign in yourself.";
    /// An API key of other networks.
    pub key_network(address): "This API key may not be used from { $address }: ask whoever made it to allow that address.";
    /// A token where they are switched off.
    pub tokens_off(): "Tokens are switched off on this server: use an API key.";
    /// A code of a program that does not wait, or not any more.
    pub no_such_code(): "No program waits for this code: look at it again, or let the program show a new one.";
    /// A program that waits for a person.
    pub device_pending(): "Nobody has decided yet: ask again.";
    /// The same, asked too often.
    pub device_slow_down(): "Ask less often.";
    /// A program that was refused.
    pub device_denied(): "The sign-in was refused.";
    /// A program that waited for too long.
    pub device_expired(): "The code has expired: begin again.";
    /// A code or a refresh token that is not good.
    pub grant_not_valid(): "What was shown is not valid or has expired: begin again.";
    /// Another kind of grant.
    pub grant_unknown(): "The server gives tokens for device codes and refresh tokens alone.";
    /// Something is missing.
    pub grant_incomplete(name): "{ $name } is missing.";
    /// A provider that is not set up.
    pub no_provider(): "There is no such provider of accounts: go back, and choose another way to sign in.";
    /// A browser that comes back too late, twice, or was never sent.
    pub visit_over(): "This sign-in is over, or began in another browser: begin again.";
    /// The provider said no.
    pub provider_denied(): "You were not signed in there: begin again, or choose another way to sign in.";
    /// A provider whose answer is wrong.
    pub provider_unbelieved(): "The provider's answer cannot be believed: begin again. If that does not help, an administrator finds the reason in the server's log.";
    /// A provider or directory that is gone.
    pub provider_silent(provider): "{ $provider } does not answer: try again in a moment. Accounts with a password here can still sign in.";
    /// Somebody whom nobody here knows.
    pub no_account(): "You have no account here: ask an administrator for one.";
    /// Somebody whose name is an account's that is not linked.
    pub account_not_linked(name): "There is an account { $name } already, which is not linked: sign in to it and link it, or ask an administrator to.";
    /// A name of somebody at a provider.
    pub provider_name(name): "No account can be called { $name }: ask an administrator for one.";
    /// An address of another house.
    pub provider_domain(): "Your e-mail address is not confirmed, or not one that may sign in here.";
    /// An account that was closed.
    pub account_closed(): "This account is closed: ask an administrator.";
    /// A link that is there.
    pub already_linked(): "This account, or who you are there, is linked already: end that link first.";
    /// The last link of an account without a password.
    pub last_way(): "This is the only way into this account: give it a password or another link first.";
    /// A permission is missing.
    pub permission_denied(permission): "You do not have the permission { $permission }: ask an administrator for it.";
    /// Live connections.
    pub too_many_connections(count): "You have { $count } live connections open already: close one of them first.";
    /// Requests, or attempts to sign in.
    pub too_many_requests(seconds): "{ $seconds ->\n    [one] Too many requests: try again in a second.\n   *[other] Too many requests: try again in { $seconds } seconds.\n}";
    /// Attempts with wrong passwords.
    pub too_many_guesses(seconds): "{ $seconds ->\n    [one] Too many wrong passwords: try again in a second.\n   *[other] Too many wrong passwords: try again in { $seconds } seconds.\n}";
    /// Attempts with wrong answers in the second step.
    pub too_many_answers(seconds): "{ $seconds ->\n    [one] Too many wrong answers: try again in a second.\n   *[other] Too many wrong answers: try again in { $seconds } seconds.\n}";
    /// Acting on a superuser.
    pub only_superusers(): "Only superusers make superusers or act on them: ask one.";
    /// Rights that the operator lacks.
    pub not_held(what): "This gives, takes or uses { $what }, which you do not have yourself: ask somebody who has.";
    /// One's own rights.
    pub own_rights(): "Nobody changes what they themselves may do: ask somebody else who may.";
    /// A weak password.
    pub password_too_short(least): "The password is too short: use at least { $least } characters.";
    /// A weak password.
    pub password_only_digits(): "The password has only digits: add letters.";
    /// A weak password.
    pub password_common(): "The password is one of the most common ones: choose another.";
    /// A weak password.
    pub password_like_user(): "The password resembles the name or the address of the user.";
    /// The disk is full.
    pub no_space(): migasfree_server_files::NO_SPACE;
    /// The database has too much to do.
    pub database_busy(): "The database is busy: try again in a moment.";
    /// The database is gone.
    pub database_silent(): "The database does not answer.";
    /// Something that only the log tells.
    pub internal(): "The server failed to do this; its log says why.";
}
