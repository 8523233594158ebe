//! What is said in version 1, one JSON object in each text message.

use serde::{Deserialize, Serialize};

/// What comes from whoever connects.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Heard {
    RegisterAgent {
        id: i64,
        #[serde(default)]
        services: Vec<String>,
    },
    TunnelData {
        tunnel_id: String,
        data: String,
    },
    TunnelClosed {
        tunnel_id: String,
    },
    ExecOutput {
        exec_id: String,
        data: String,
    },
    ExecComplete {
        exec_id: String,
        exit_code: i32,
    },
    ExecError {
        exec_id: String,
        error: String,
    },
    /// From here on what clients say.
    ConnectClient,
    ListAgents,
    StartTcpTunnel,
    CloseTunnel,
    ExecuteCommand {
        #[serde(default)]
        exec_id: String,
    },
    #[serde(other)]
    Other,
}

/// What is told an agent.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Said<'a> {
    RegistrationOk {
        message: &'a str,
    },
    Error {
        message: &'a str,
    },
    ExecError {
        exec_id: &'a str,
        error: &'a str,
    },
    ExecuteCommand {
        exec_id: &'a str,
        command: &'a str,
        /// Who asked for it, as the signed order says.
        client_cn: &'a str,
    },
    StartTcpTunnel {
        tunnel_id: &'a str,
        service: &'a str,
        /// Who is there, as the signed grant says.
        client_cn: &'a str,
    },
    TunnelData {
        tunnel_id: &'a str,
        data: String,
    },
    CloseTcpTunnel {
        tunnel_id: &'a str,
    },
}

impl Said<'_> {
    pub(super) fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn what_is_told_has_the_shape_of_version_1() {
        let start = Said::StartTcpTunnel {
            tunnel_id: "web-1",
            service: "ssh",
            client_cn: "Ana",
        };
        assert_eq!(
            start.text(),
            r#"{"type":"start_tcp_tunnel","tunnel_id":"web-1","service":"ssh","client_cn":"Ana"}"#
        );
        let close = Said::CloseTcpTunnel { tunnel_id: "web-1" };
        assert_eq!(
            close.text(),
            r#"{"type":"close_tcp_tunnel","tunnel_id":"web-1"}"#
        );
    }

    #[test]
    fn ids_are_numbers_and_what_is_not_known_is_passed_over() {
        let heard = |text: &str| serde_json::from_str::<Heard>(text);
        let register = r#"{"type":"register_agent","id":7,"name":"pc","services":["ssh"],"mode":"tcp_tunnel"}"#;
        assert!(matches!(
            heard(register).unwrap(),
            Heard::RegisterAgent { id: 7, .. }
        ));
        assert!(heard(&register.replace(":7", ":\"7\"")).is_err());
        assert!(matches!(
            heard(r#"{"type":"anything","x":1}"#).unwrap(),
            Heard::Other
        ));
        let client = r#"{"type":"connect_client","mode":"tcp_tunnel"}"#;
        assert!(matches!(heard(client).unwrap(), Heard::ConnectClient));
    }
}
