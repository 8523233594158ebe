//! What the daemon says, in English: with that of engine and command line the original of the catalogues.

migasfree_types::texts! {
    /// Something that the daemon says.
    pub enum Text {
        NotAllowed(right): "You are not allowed to do this ({ $right }); ask an administrator of this computer.";
        Dismissed: "The authentication was dismissed; nothing was done.";
        AuthenticationFailed: "The authentication failed; nothing was done.";
        PolkitMissing(right, reason): "polkit cannot be asked about { $right } ({ $reason }); check that it is installed and running.";
        UnknownSender: "The bus did not say who sent this message.";
        UnknownUser: "The bus did not say which user sent this message.";
        LimitWrites(limit): "More than { $limit } changes in a minute; wait a little and try again.";
        LimitQuestions(limit): "{ $limit } of your questions about packages are waiting already; try again when they are answered.";
        LimitJobs(limit): "{ $limit } of your jobs are waiting already; let one end or cancel it first.";
        LimitSubscribers(limit): "{ $limit } of your programs follow jobs already.";
        LimitHolds(limit): "{ $limit } of your programs hold background jobs back already.";
        LimitRequests: "You have too many requests; withdraw some.";
        TooManyPackages(limit): "At most { $limit } packages in one call.";
        TooManyApps(limit): "At most { $limit } applications in one call.";
        TooManyTags(limit): "At most { $limit } tags.";
        TooManyRights: "There are not that many rights.";
        NameLength(limit): "A package name has 1 to { $limit } characters.";
        TagLength(limit): "A tag has at most { $limit } characters.";
        TextLength(limit): "A text has at most { $limit } bytes.";
        JustificationLength(limit): "A justification has at most { $limit } bytes.";
        NoPackagesNamed: "Name at least one package.";
        NoAppsNamed: "Name at least one application.";
        PackagesOrApp: "Name packages or an application, not both.";
        NotInstalled(name): "{ $name } is not installed.";
        UnknownApp(id): "The catalogue has no application { $id }.";
        NotAnApp(text): "`{ $text }` is not the id of an application.";
        NoIcon: "This application has no icon.";
        NoSuchImage: "There is no such image.";
        ImageSize: "An image has 16 to 512 pixels on each side.";
        ImageUnreadable(reason): "The image cannot be shown: { $reason }";
        UnknownJob: "There is no such job.";
        UnknownRight(right): "There is no right called { $right }.";
        UnknownScope: "There is no such scope.";
        UnknownRole: "There is no such role.";
        PartialUpgrade: "Partial upgrades, and upgrades at the next start, are not offered.";
        OnlyBackground: "Only `background` jobs can be held back.";
        JobRunning: "A job is running; wait until it ends.";
        NeverReached: "The server has not been reached yet; synchronise first.";
        JobOver: "The job is over already.";
        QuestionClosed: "This question is not open.";
        AnswerNotKept(reason): "The answer could not be kept: { $reason }";
        NotYourQuestion: "Only the owner of a job answers its questions.";
        OutputUnreadable(reason): "The output cannot be read: { $reason }";
        JobNotKept(reason): "The job could not be written down ({ $reason }); check the disk.";
        JobNotStarted(reason): "The job could not be started: { $reason }";
        RegisterAgain: "The daemon was restarted before the registration began; register again.";
        CancelledEarly: "Cancelled before it began.";
        AskedAlready: "You asked for this application already.";
        NoSuchRequest: "You have no such request.";
        RequestNotKept(reason): "The request could not be kept: { $reason }";
        NoRequests: "Your organisation's server takes no requests; ask its helpdesk.";
        AppRequired(app): "{ $app } is required by a policy of your organisation and stays.";
        AppForbidden(app): "A policy of your organisation does not admit { $app }.";
        PasswordUnreadable(reason): "The password cannot be read: { $reason }";
        PasswordLate: "its end did not come in time; close the pipe after the password";
        PasswordLong: "it is too long";
        PasswordEncoding: "it is not UTF-8";
        NoticeRestart: "Restart this computer";
        NoticeRestartOf(packages): "A restart completes the changes of { $packages }.";
        ErrorNoSuchJob(job): "There is no job { $job }.";
        ErrorNotCancellable: "Packages are being changed: only an administrator can stop the job now.";
        ErrorNotInterrupted: "The job is at a step that is not interrupted; it is over soon.";
        RegisterDone(computer): "Registered as computer { $computer }.";

        JobSync: "Synchronise";
        JobInstall(names): "Install { $names }";
        JobRemove(names): "Remove { $names }";
        JobUpgrade(names): "Upgrade { $names }";
        JobUpgradeAll: "Upgrade packages";
        JobRefresh: "Refresh package lists";
        JobTags: "Set tags";
        JobRegister: "Register this computer";
        JobRepair: "Finish interrupted package operation";
        JobOther: "Other work";
    }
}
