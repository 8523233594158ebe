//! What callers may not pass.

use std::collections::HashMap;

use migasfree_dbus::{
    AppQuery, CallOptions, Error, JobRecord, PackagesProxy, TagOptions, TagsProxy,
};
use zbus::Variant;

use crate::engine::World;
use crate::fixture::Fixture;

pub async fn hostile_arguments_are_refused_and_leave_nothing() {
    let fixture = Fixture::session(World::new()).await;
    let client = fixture.connect().await;
    let options = CallOptions::default;
    let long = "x".repeat(10 << 20);
    let refused = |result: Result<zbus::OwnedObjectPath, migasfree_dbus::Error>, what: &str| {
        assert_eq!(
            result.unwrap_err().code(),
            Some("InvalidArgument"),
            "{what}"
        );
    };
    for name in [
        "-o=Dpkg::Options",
        "--purge",
        "",
        "a b",
        "a\n",
        "$(id)",
        &long,
    ] {
        let what = name.chars().take(20).collect::<String>();
        refused(
            client.manager.install_packages(&[name], options()).await,
            &what,
        );
        refused(
            client.manager.remove_packages(&[name], options()).await,
            &what,
        );
    }
    refused(
        client.manager.install_packages(&[], options()).await,
        "no names",
    );
    refused(
        client
            .manager
            .install_packages(&vec!["a"; 1000], options())
            .await,
        "1000 names",
    );
    let ids: Vec<u32> = (0..1000).collect();
    refused(
        client.manager.install_apps(&ids, options()).await,
        "1000 ids",
    );
    refused(
        client.manager.remove_apps(&ids, options()).await,
        "1000 ids",
    );
    refused(client.manager.install_apps(&[], options()).await, "no ids");
    let tags = TagsProxy::new(&client.bus).await.unwrap();
    for tag in ["nohyphen", "A-\u{1}", &long] {
        refused(tags.set(&[tag], true, TagOptions::default()).await, "tag");
    }
    refused(
        tags.set(&vec!["A-b"; 101], true, TagOptions::default())
            .await,
        "101 tags",
    );

    let unknown = client
        .manager
        .install_apps(&[99], options())
        .await
        .unwrap_err();
    assert_eq!(unknown.code(), Some("NotFound"));
    let request = client.catalog.request_app(1, &"y".repeat(3000)).await;
    assert_eq!(request.unwrap_err().code(), Some("InvalidArgument"));
    let query = AppQuery {
        query: Some(long.clone()),
        ..AppQuery::default()
    };
    assert_eq!(
        client.catalog.list_apps(query).await.unwrap_err().code(),
        Some("InvalidArgument")
    );
    let packages = PackagesProxy::new(&client.bus).await.unwrap();
    assert_eq!(
        packages.search("-o", 1).await.unwrap_err().code(),
        Some("InvalidArgument")
    );
    for search in ["", "  ", &"x".repeat(101), "a b c d e f g h i", "a\u{1b}"] {
        let refused = packages.search(search, 1).await.unwrap_err();
        assert_eq!(refused.code(), Some("InvalidArgument"), "{search}");
    }
    assert_eq!(
        packages.list_available("--x", 1).await.unwrap_err().code(),
        Some("InvalidArgument")
    );
    for action in ["org.freedesktop.policykit.exec", "", &long] {
        let refused = client.manager.can_authorize(action).await.unwrap_err();
        assert_eq!(refused.code(), Some("InvalidArgument"));
    }
    let outside = client
        .manager
        .read_output("../../etc", 0, 10)
        .await
        .unwrap_err();
    assert_eq!(outside.code(), Some("NotFound"));

    assert_eq!(fixture.jobs_on_disk(), 0);
    assert!(
        client
            .manager
            .list_jobs(Default::default())
            .await
            .unwrap()
            .is_empty()
    );
}

pub async fn options_of_other_programs_are_understood_or_refused() {
    let fixture = Fixture::session(World::new()).await;
    let client = fixture.connect().await;
    let list = async |limit: Variant<'static>| -> Result<Vec<JobRecord>, Error> {
        let filter = HashMap::from([("limit", limit), ("of-tomorrow", Variant::from(1u8))]);
        let answer = client.manager.inner().call("ListJobs", &filter).await;
        answer.map_err(Error::from)
    };
    for limit in [Variant::from(5i32), Variant::from(5u64), Variant::from(5u8)] {
        list(limit).await.unwrap();
    }
    for limit in [Variant::from(-1i32), Variant::from("5"), Variant::from(5.0)] {
        let refused = list(limit).await.unwrap_err();
        assert_eq!(refused.code(), Some("InvalidArgument"));
    }
    let options = HashMap::from([("interactive", Variant::from("yes"))]);
    let sync: zbus::Result<zbus::OwnedObjectPath> =
        client.manager.inner().call("Sync", &options).await;
    let refused = sync.map_err(Error::from).unwrap_err();
    assert_eq!(refused.code(), Some("InvalidArgument"));
    assert_eq!(fixture.jobs_on_disk(), 0);
}
