//! Codes of an app and recovery codes: each is good once, for its own account, after its own password.

use std::time::Duration;

use migasfree_server_audit::UserId;
use migasfree_server_db::args;
use migasfree_server_domain::core::on_machine::{self, Act};
use serde_json::{Value, json};
use totp_rs::{Builder, Secret};

use crate::harness::{Answer, Page, Server};
use crate::on_both_engines;

const ACCOUNT: &str = "/rest-auth/user/";
const STEP: &str = "/rest-auth/login/step/";
const ENROL: &str = "/rest-auth/login/enrol/";
const FACTORS: &str = "/api/v1/token/account/factors/";
const TOTP: &str = "/api/v1/token/account/factors/totp/";
const CONFIRM: &str = "/api/v1/token/account/factors/totp/confirm/";
const CODES: &str = "/api/v1/token/account/recovery-codes/";
const STEP_UP: &str = "/api/v1/token/account/step-up/";
const PASSWORD: &str = "correct horse";

/// A server with two accounts.
struct Site {
    server: Server,
    ana: UserId,
}

impl Site {
    async fn on_sqlite() -> Self {
        Self::of(Server::on_sqlite().await).await
    }

    async fn on_postgres() -> Self {
        Self::of(Server::on_postgres().await).await
    }

    async fn of(server: Server) -> Self {
        let ana = server.add_operator("ana", PASSWORD, &[]).await;
        server.add_operator("bob", PASSWORD, &[]).await;
        Self { server, ana }
    }

    fn later(&self, seconds: u64) {
        self.server.clock.advance(Duration::from_secs(seconds));
    }

    /// A page on which somebody signed in.
    async fn page(&self, name: &str) -> Page {
        let mut page = Page::of(&self.server);
        let answer = page.sign_in(name, PASSWORD).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        page
    }

    /// The code that an app with a secret shows, so many seconds from now.
    fn code_at(&self, secret: &Value, seconds: i64) -> String {
        let secret = Secret::try_from_base32(secret.as_str().unwrap()).unwrap();
        let app = Builder::new().with_secret(secret).build_noncompliant();
        let time = self.server.clock_now().seconds() + seconds;
        app.generate(u64::try_from(time).unwrap()).to_string()
    }

    fn code(&self, secret: &Value) -> String {
        self.code_at(secret, 0)
    }

    /// Sets up an app for an account; answers its secret and the recovery codes. Its next code is a new one.
    async fn with_app(&self, name: &str) -> (Value, Vec<Value>) {
        let mut page = self.page(name).await;
        let begun = page.post(TOTP, json!({})).await;
        assert_eq!(begun.status, 200, "{}", begun.text);
        let secret = begun.json["secret"].clone();
        let confirmed = page
            .post(CONFIRM, json!({"code": self.code(&secret)}))
            .await;
        assert_eq!(confirmed.status, 200, "{}", confirmed.text);
        self.later(30);
        (
            secret,
            confirmed.json["recovery_codes"].as_array().unwrap().clone(),
        )
    }

    /// The secret of a step that an account is to take for a token.
    async fn step(&self, name: &str) -> Value {
        let given = json!({"username": name, "password": PASSWORD});
        let first = self.server.anonymous().post("/token-auth/", given).await;
        assert_eq!(
            (first.status, first.code()),
            (401, "second_step_needed"),
            "{}",
            first.text
        );
        first.json["step"].clone()
    }

    async fn answer(&self, step: &Value, factor: &str, answer: &Value) -> Answer {
        let given = json!({"step": step, "factor": factor, "answer": answer});
        self.server.anonymous().post(STEP, given).await
    }

    /// Makes ana a member of a group that demands a second factor.
    async fn demand(&self) {
        let admin = self.server.admin().await;
        let group = json!({"name": "Careful", "permissions": [], "second_factor_demanded": true});
        let made = admin.post("/api/v1/token/accounts/groups/", group).await;
        assert_eq!(
            (made.status, &made.json["second_factor_demanded"]),
            (201, &json!(true)),
            "{}",
            made.text
        );
        let groups = json!({"groups": [made.json["id"]]});
        let path = format!("/api/v1/token/user-profiles/{}/", self.ana);
        assert_eq!(admin.patch(&path, groups).await.status, 200);
    }

    async fn audited(&self, action: &str) -> Value {
        let admin = self.server.admin().await;
        let path = format!("/api/v1/token/audit/?entity=core.userprofile&action={action}");
        admin.get(&path).await.json["count"].clone()
    }
}

on_both_engines! {
    async fn nobody_takes_away_what_protects_who_holds_more(site: Site) {
        site.demand().await;
        let admin = site.server.admin().await;
        let groups = admin.get("/api/v1/token/accounts/groups/?name=Careful").await.json;
        let group = format!("/api/v1/token/accounts/groups/{}/", groups["results"][0]["id"]);
        let rights = ["auth.change_group", "auth.delete_group", "auth.view_group"];
        let manager = site.server.operator("manager", &rights).await;
        let user = format!("/api/v1/token/user-profiles/{}/", site.ana);
        assert_eq!(admin.patch(&user, json!({"is_superuser": true})).await.status, 200);
        let less = json!({"second_factor_demanded": false});
        assert_eq!(manager.patch(&group, less.clone()).await.status, 403);
        assert_eq!(manager.delete(&group).await.status, 403);
        assert_eq!(admin.get(&group).await.json["second_factor_demanded"], true);
        assert_eq!(admin.patch(&user, json!({"is_superuser": false})).await.status, 200);
        let less = manager.patch(&group, less).await;
        assert_eq!(less.status, 200, "{}", less.text);
    }

    async fn an_app_is_asked_for_once_it_showed_a_code(site: Site) {
        let mut page = site.page("ana").await;
        let nothing = page.get(FACTORS).await;
        assert_eq!(nothing.json, json!({
            "totp": null, "passkeys": [], "passkeys_offered": false, "recovery_codes": 0, "demanded": false,
        }));
        let begun = page.post(TOTP, json!({})).await;
        let url = begun.json["url"].as_str().unwrap();
        assert!(url.starts_with("otpauth://totp/Migasfree:ana?secret="), "{url}");
        assert!(url.ends_with("&issuer=Migasfree"), "{url}");
        let given = json!({"username": "ana", "password": PASSWORD});
        let not_yet = site.server.anonymous().post("/token-auth/", given).await;
        assert_eq!(not_yet.status, 200, "nothing is asked yet: {}", not_yet.text);

        let wrong = page.post(CONFIRM, json!({"code": "000000"})).await;
        assert_eq!((wrong.status, wrong.code()), (400, "wrong_answer"), "{}", wrong.text);
        let code = site.code(&begun.json["secret"]);
        let confirmed = page.post(CONFIRM, json!({"code": code})).await;
        assert_eq!(confirmed.json["recovery_codes"].as_array().unwrap().len(), 10, "{}", confirmed.text);
        let held = page.get(FACTORS).await;
        assert!(held.json["totp"].is_string(), "{}", held.text);
        assert_eq!(held.json["recovery_codes"], 10);
        assert_eq!(site.audited("add_factor").await, 1);

        let step = site.step("ana").await;
        let used = site.answer(&step, "totp", &json!(code)).await;
        assert_eq!((used.status, used.code()), (400, "wrong_answer"), "it confirmed the app: {}", used.text);
        site.later(30);
        let next = json!(site.code(&begun.json["secret"]));
        let signed_in = site.answer(&step, "totp", &next).await;
        assert_eq!(signed_in.status, 200, "{}", signed_in.text);

        let again = page.post(TOTP, json!({})).await;
        assert_eq!((again.status, again.code()), (409, "factor_there"), "{}", again.text);
    }

    async fn a_secret_that_is_never_confirmed_is_over_and_replaced(site: Site) {
        let mut page = site.page("ana").await;
        let first = page.post(TOTP, json!({})).await.json["secret"].clone();
        let second = page.post(TOTP, json!({})).await.json["secret"].clone();
        assert_ne!(first, second);
        let replaced = page.post(CONFIRM, json!({"code": site.code(&first)})).await;
        assert_eq!((replaced.status, replaced.code()), (400, "wrong_answer"));
        site.later(15 * 60);
        let proof = json!({"factor": "password", "answer": PASSWORD});
        assert_eq!(page.post(STEP_UP, proof).await.status, 200);
        let late = page.post(CONFIRM, json!({"code": site.code(&second)})).await;
        assert_eq!((late.status, late.code()), (400, "wrong_answer"));
    }

    async fn a_code_is_good_once_and_for_one_step_of_time_before_and_after(site: Site) {
        let (secret, _) = site.with_app("ana").await;
        site.later(300);
        let step = site.step("ana").await;
        for far in [-60, 60] {
            let code = json!(site.code_at(&secret, far));
            let wrong = site.answer(&step, "totp", &code).await;
            assert_eq!((wrong.status, wrong.code()), (400, "wrong_answer"), "{far}");
        }
        let before = json!(site.code_at(&secret, -30));
        assert_eq!(site.answer(&step, "totp", &before).await.status, 200);
        let after = json!(site.code_at(&secret, 30));
        let step = site.step("ana").await;
        assert_eq!(site.answer(&step, "totp", &after).await.status, 200);
        let step = site.step("ana").await;
        for passed in [-30, 0, 30] {
            let code = json!(site.code_at(&secret, passed));
            let replayed = site.answer(&step, "totp", &code).await;
            assert_eq!((replayed.status, replayed.code()), (400, "wrong_answer"), "{passed}");
        }
    }

    async fn one_code_signs_one_in_however_many_show_it_at_once(site: Site) {
        let (secret, codes) = site.with_app("ana").await;
        for (factor, code) in [("totp", json!(site.code(&secret))), ("recovery_code", codes[0].clone())] {
            let mut steps = Vec::new();
            for _ in 0..4 {
                steps.push(site.step("ana").await);
            }
            let shown = steps.iter().map(|step| site.answer(step, factor, &code));
            let answers = futures_util::future::join_all(shown).await;
            let with = |status| answers.iter().filter(|answer| answer.status == status).count();
            assert_eq!((with(200), with(400)), (1, 3), "{factor}");
        }
    }

    async fn a_recovery_code_is_good_once_however_it_is_typed(site: Site) {
        let (_, codes) = site.with_app("ana").await;
        let shouted = codes[0].as_str().unwrap().to_uppercase().replace('-', " ");
        let step = site.step("ana").await;
        assert_eq!(site.answer(&step, "recovery_code", &json!(shouted)).await.status, 200);
        let step = site.step("ana").await;
        let again = site.answer(&step, "recovery_code", &codes[0]).await;
        assert_eq!((again.status, again.code()), (400, "wrong_answer"));
        assert_eq!(site.answer(&step, "recovery_code", &codes[1]).await.status, 200);
    }

    async fn new_recovery_codes_replace_the_old_ones(site: Site) {
        let mut page = site.page("ana").await;
        let none = page.post(CODES, json!({})).await;
        assert_eq!((none.status, none.code()), (409, "no_factor"), "{}", none.text);
        let (_, old) = site.with_app("ana").await;
        let renewed = page.post(CODES, json!({})).await;
        assert_eq!(renewed.status, 200, "{}", renewed.text);
        let step = site.step("ana").await;
        let over = site.answer(&step, "recovery_code", &old[0]).await;
        assert_eq!((over.status, over.code()), (400, "wrong_answer"));
        let new = &renewed.json["recovery_codes"][0];
        assert_eq!(site.answer(&step, "recovery_code", new).await.status, 200);
        let stored: Vec<(String,)> = site.server.state().db
            .all("SELECT code_hash FROM auth_recovery_code", args![]).await.unwrap();
        assert_eq!(stored.len(), 9);
    }

    async fn what_is_of_another_account_is_good_for_nothing(site: Site) {
        let (_, codes_of_ana) = site.with_app("ana").await;
        let (secret_of_bob, codes_of_bob) = site.with_app("bob").await;
        let step = site.step("ana").await;
        for (factor, answer) in [
            ("totp", json!(site.code(&secret_of_bob))),
            ("recovery_code", codes_of_bob[0].clone()),
            ("totp", codes_of_ana[0].clone()),
            ("password", json!(PASSWORD)),
            ("nothing", json!("x")),
        ] {
            let wrong = site.answer(&step, factor, &answer).await;
            assert_eq!((wrong.status, wrong.code()), (400, "wrong_answer"), "{factor} {answer}");
        }
        // A sealed secret that is moved to another row is none there.
        let moved = "UPDATE auth_totp SET sealed_secret = (SELECT sealed_secret FROM auth_totp \
                     WHERE user_id <> $1) WHERE user_id = $1";
        site.server.state().db.execute(moved, args![site.ana]).await.unwrap();
        site.later(30);
        let wrong = site.answer(&step, "totp", &json!(site.code(&secret_of_bob))).await;
        assert_eq!((wrong.status, wrong.code()), (400, "wrong_answer"));
    }

    async fn factors_that_are_lost_are_removed_on_the_machine(site: Site) {
        site.with_app("ana").await;
        site.step("ana").await;
        let now = site.server.clock_now();
        let db = &site.server.state().db;
        assert!(on_machine::act(db, "ana", Act::RemoveFactors, now).await.unwrap());
        let mut page = site.page("ana").await;
        let held = page.get(FACTORS).await;
        assert_eq!((&held.json["totp"], &held.json["recovery_codes"]), (&json!(null), &json!(0)));
        assert_eq!(site.audited("forget_factors").await, 1);
    }

    async fn unlocking_an_account_forgets_its_wrong_second_steps(site: Site) {
        let (secret, _) = site.with_app("ana").await;
        let step = site.step("ana").await;
        for _ in 0..10 {
            assert_eq!(site.answer(&step, "totp", &json!("000000")).await.code(), "wrong_answer");
        }
        assert_eq!(site.answer(&step, "totp", &json!(site.code(&secret))).await.status, 429);
        site.later(5);
        let db = &site.server.state().db;
        assert!(on_machine::act(db, "ana", Act::Unlock, site.server.clock_now()).await.unwrap());
        site.later(1);
        assert_eq!(site.answer(&step, "totp", &json!(site.code(&secret))).await.status, 200);
    }

    async fn an_app_is_removed_by_who_shows_it_again(site: Site) {
        let (secret, _) = site.with_app("ana").await;
        let mut page = Page::of(&site.server);
        let first = page.sign_in("ana", PASSWORD).await;
        assert_eq!((first.status, page.cookie()), (401, ""), "nothing is opened yet");
        let given = json!({"step": first.json["step"], "factor": "totp", "answer": site.code(&secret)});
        assert_eq!(page.post(STEP, given).await.status, 200);
        site.later(600);
        let stale = page.delete(TOTP).await;
        assert_eq!((stale.status, stale.code()), (403, "step_up_required"), "{}", stale.text);
        assert_eq!(page.get(STEP_UP).await.json, json!({"factors": ["totp", "recovery_code"], "fresh": false}));
        for wrong in [
            json!({"factor": "password", "answer": PASSWORD}),
            json!({"factor": "totp", "answer": "000000"}),
        ] {
            let refused = page.post(STEP_UP, wrong.clone()).await;
            assert_eq!((refused.status, refused.code()), (400, "wrong_answer"), "{wrong}");
        }
        let proof = json!({"factor": "totp", "answer": site.code(&secret)});
        let proved = page.post(STEP_UP, proof.clone()).await;
        assert_eq!((proved.status, &proved.json["expires_in"]), (200, &json!(600)), "{}", proved.text);
        let replayed = page.post(STEP_UP, proof).await;
        assert_eq!((replayed.status, replayed.code()), (400, "wrong_answer"));
        assert_eq!(site.audited("step_up").await, 1);
        let removed = page.delete(TOTP).await;
        assert_eq!(removed.status, 200, "{}", removed.text);
        assert_eq!(page.delete(TOTP).await.status, 404);
        assert_eq!(page.get(FACTORS).await.json["recovery_codes"], 0, "they go with what they stood in for");
        assert_eq!(site.audited("remove_factor").await, 1);
        site.page("ana").await;
    }

    async fn showing_it_again_is_for_one_session(site: Site) {
        let (mut one, mut other) = (site.page("ana").await, site.page("ana").await);
        site.later(600);
        let wrong = one.post(STEP_UP, json!({"factor": "password", "answer": "wrong"})).await;
        assert_eq!((wrong.status, wrong.code()), (400, "wrong_answer"));
        let proof = json!({"factor": "password", "answer": PASSWORD});
        assert_eq!(one.post(STEP_UP, proof).await.status, 200);
        assert_eq!(one.post(TOTP, json!({})).await.status, 200);
        assert_eq!(other.post(TOTP, json!({})).await.code(), "step_up_required");
    }

    async fn programs_change_no_factors(site: Site) {
        let program = site.server.program_of(site.ana).await;
        assert_eq!(program.get(FACTORS).await.status, 200);
        for refused in [
            program.post(TOTP, json!({})).await,
            program.post(CONFIRM, json!({"code": "000000"})).await,
            program.delete(TOTP).await,
            program.post(CODES, json!({})).await,
            program.post(STEP_UP, json!({"factor": "password", "answer": PASSWORD})).await,
        ] {
            assert_eq!((refused.status, refused.code()), (403, "session_needed"), "{}", refused.text);
        }
        assert_eq!(site.server.anonymous().get(FACTORS).await.status, 401);
    }

    async fn wrong_codes_of_an_app_are_counted_for_the_account(site: Site) {
        let (secret, _) = site.with_app("ana").await;
        let (of_bob, _) = site.with_app("bob").await;
        let step = site.step("ana").await;
        for _ in 0..10 {
            let wrong = site.answer(&step, "totp", &json!("000000")).await;
            assert_eq!((wrong.status, wrong.code()), (400, "wrong_answer"));
        }
        let kept_out = site.answer(&step, "totp", &json!(site.code(&secret))).await;
        assert_eq!((kept_out.status, kept_out.code()), (429, "throttled"));
        let step = site.step("bob").await;
        let code = json!(site.code(&of_bob));
        assert_eq!(site.answer(&step, "totp", &code).await.status, 200, "the rest of the office signs in");
    }

    async fn a_session_that_was_planted_is_not_the_one_that_is_signed_in(site: Site) {
        let (secret, _) = site.with_app("ana").await;
        let planted = format!("migasfree_session={}", "0".repeat(40));
        let mut page = Page::of(&site.server).with_cookie(&planted);
        let first = page.sign_in("ana", PASSWORD).await;
        let given = json!({"step": first.json["step"], "factor": "totp", "answer": site.code(&secret)});
        assert_eq!(page.post(STEP, given).await.status, 200);
        assert_ne!(page.cookie(), planted);
        assert_eq!(page.get(ACCOUNT).await.json["username"], "ana");
        assert_eq!(Page::of(&site.server).with_cookie(&planted).get(ACCOUNT).await.status, 401);
    }

    async fn secrets_and_codes_are_not_stored_as_they_are(site: Site) {
        let (secret, codes) = site.with_app("ana").await;
        let db = &site.server.state().db;
        let sql = "SELECT sealed_secret FROM auth_totp UNION ALL SELECT code_hash FROM auth_recovery_code";
        let stored: Vec<(String,)> = db.all(sql, args![]).await.unwrap();
        assert_eq!(stored.len(), 11);
        for (stored,) in stored {
            assert!(!stored.contains(secret.as_str().unwrap()));
            assert!(codes.iter().all(|code| !stored.contains(code.as_str().unwrap())));
        }
    }

    async fn a_group_demands_a_factor_before_anything_is_given_out(site: Site) {
        site.demand().await;
        let mut page = Page::of(&site.server);
        let first = page.sign_in("ana", PASSWORD).await;
        assert_eq!((first.status, first.code()), (401, "factor_to_set_up"), "{}", first.text);
        assert_eq!((&first.json["enrol"], page.cookie()), (&json!(["totp"]), ""));
        let early = json!({"step": first.json["step"], "factor": "totp", "answer": "000000"});
        let wrong_order = page.post(STEP, early).await;
        assert_eq!((wrong_order.status, wrong_order.code()), (400, "wrong_answer"), "{}", wrong_order.text);

        let step = json!({"step": first.json["step"]});
        let begun = page.post(ENROL, step.clone()).await;
        assert_eq!(begun.status, 200, "{}", begun.text);
        assert!(begun.json["url"].as_str().unwrap().starts_with("otpauth://totp/"));
        let code = site.code(&begun.json["secret"]);
        let given = json!({"step": first.json["step"], "factor": "totp", "answer": code});
        let passed = page.post(STEP, given.clone()).await;
        assert_eq!(passed.status, 200, "{}", passed.text);
        let codes = passed.json["recovery_codes"].as_array().unwrap();
        assert_eq!(codes.len(), 10, "told this once");
        assert_eq!(site.audited("add_factor").await, 1);
        let held = page.get(FACTORS).await;
        assert_eq!(held.json["recovery_codes"], 10);
        assert_eq!((held.json["totp"].is_string(), &held.json["demanded"]), (true, &json!(true)));
        for over in [page.post(STEP, given).await, page.post(ENROL, step).await] {
            assert_eq!((over.status, over.code()), (401, "step_not_valid"), "{}", over.text);
        }
        let step = site.step("ana").await;
        let passed = site.answer(&step, "recovery_code", &codes[0]).await;
        assert_eq!((passed.status, &passed.json["recovery_codes"]), (200, &json!(null)), "{}", passed.text);
        site.page("bob").await;
    }

    async fn a_step_with_a_factor_sets_up_no_other(site: Site) {
        site.with_app("ana").await;
        site.demand().await;
        let step = site.step("ana").await;
        let refused = site.server.anonymous().post(ENROL, json!({"step": step})).await;
        assert_eq!((refused.status, refused.code()), (401, "step_not_valid"), "{}", refused.text);
        site.later(301);
        let late = site.server.anonymous().post(ENROL, json!({"step": step})).await;
        assert_eq!((late.status, late.code()), (401, "step_not_valid"));
    }

    async fn calls_of_one_step_do_nothing_where_a_factor_is_demanded(site: Site) {
        site.demand().await;
        let given = json!({"username": "ana", "password": PASSWORD});
        let token = site.server.anonymous().post("/token-auth/", given.clone()).await;
        assert_eq!((token.status, token.code()), (401, "factor_to_set_up"), "{}", token.text);
        let packager = site.server.anonymous().post("/api/v1/public/keys/packager/", given).await;
        assert_eq!((packager.status, packager.code()), (401, "one_step_alone"), "{}", packager.text);
    }
}
