//! The network this computer speaks to its server on.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use if_addrs::IfAddr;

/// The interface of the default route, or the first with an IPv4 address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    pub interface: String,
    pub address: Ipv4Addr,
    pub mask: Ipv4Addr,
}

impl Network {
    /// `a.b.c.d/prefix` of the network.
    #[must_use]
    pub fn cidr(&self) -> String {
        let network = Ipv4Addr::from(u32::from(self.address) & u32::from(self.mask));
        format!("{network}/{}", u32::from(self.mask).count_ones())
    }

    /// Where a packet for every computer of the network goes; `None` where there is no such address.
    #[must_use]
    pub fn broadcast(&self) -> Option<Ipv4Addr> {
        let others = !u32::from(self.mask);
        (others > 1).then(|| Ipv4Addr::from(u32::from(self.address) | others))
    }
}

/// All IPv4 networks this computer is in, that within itself among them.
#[must_use]
pub fn networks() -> Vec<Network> {
    let all = if_addrs::get_if_addrs().unwrap_or_default();
    let ipv4 = all
        .into_iter()
        .filter_map(|interface| match &interface.addr {
            IfAddr::V4(v4) => Some(Network {
                interface: interface.name.clone(),
                address: v4.ip,
                mask: v4.netmask,
            }),
            IfAddr::V6(_) => None,
        });
    ipv4.collect()
}

/// `None` without a network.
#[must_use]
pub fn network() -> Option<Network> {
    let routes = fs::read_to_string("/proc/net/route").unwrap_or_default();
    choose(interfaces(), default_interface(&routes).as_deref())
}

/// The address the server is told: that of [`network`], or an IPv6 one where there is nothing else.
#[must_use]
pub fn address() -> Option<IpAddr> {
    network().map(|network| network.address.into()).or_else(|| {
        let all = if_addrs::get_if_addrs().unwrap_or_default();
        let addresses = all.iter().map(if_addrs::Interface::ip);
        addresses
            .filter_map(|address| match address {
                IpAddr::V6(address) => Some(address),
                IpAddr::V4(_) => None,
            })
            .find(is_reachable_from_outside)
            .map(IpAddr::V6)
    })
}

fn is_reachable_from_outside(address: &Ipv6Addr) -> bool {
    !address.is_loopback() && !address.is_unspecified() && !address.is_unicast_link_local()
}

fn interfaces() -> Vec<Network> {
    let mut networks = networks();
    networks.retain(|network| !network.address.is_loopback());
    networks
}

fn choose(networks: Vec<Network>, default: Option<&str>) -> Option<Network> {
    let position = networks
        .iter()
        .position(|network| Some(network.interface.as_str()) == default);
    networks.into_iter().nth(position.unwrap_or(0))
}

/// The interface of the default route with the lowest metric, from `/proc/net/route`.
fn default_interface(routes: &str) -> Option<String> {
    let defaults = routes.lines().skip(1).filter_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [interface, "00000000", ..] = fields[..] else {
            return None;
        };
        let metric: u32 = fields.get(6)?.parse().ok()?;
        Some((metric, interface.to_owned()))
    });
    defaults.min().map(|(_, interface)| interface)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn network(interface: &str, address: &str) -> Network {
        Network {
            interface: interface.into(),
            address: address.parse().unwrap(),
            mask: "255.255.240.0".parse().unwrap(),
        }
    }

    #[test]
    fn the_default_route_decides_and_not_the_first_bridge() {
        let routes = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\n\
                      docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\n\
                      wlan0\t00000000\t010200C0\t0003\t0\t0\t600\t00000000\n\
                      eth0\t00000000\t010200C0\t0003\t0\t0\t100\t00000000\n";
        let networks = vec![
            network("docker0", "172.17.0.1"),
            network("eth0", "192.0.18.9"),
        ];
        let chosen = choose(networks.clone(), default_interface(routes).as_deref()).unwrap();
        assert_eq!(chosen.interface, "eth0");
        assert_eq!(chosen.cidr(), "192.0.16.0/20");
        assert_eq!(choose(networks, None).unwrap().interface, "docker0");
        assert_eq!(choose(vec![], Some("eth0")), None);
    }

    #[test]
    fn a_line_between_two_computers_has_no_broadcast_address() {
        let eth0 = network("eth0", "192.0.18.9");
        assert_eq!(eth0.broadcast(), Some("192.0.31.255".parse().unwrap()));
        for mask in ["255.255.255.254", "255.255.255.255"] {
            let line = Network {
                mask: mask.parse().unwrap(),
                ..eth0.clone()
            };
            assert_eq!(line.broadcast(), None, "{mask}");
        }
    }

    #[test]
    fn an_address_that_means_something_elsewhere_is_told() {
        let told = |text: &str| is_reachable_from_outside(&text.parse().unwrap());
        assert!(told("2001:db8::7") && told("fd00::7"));
        assert!(!told("::1") && !told("fe80::1") && !told("::"));
    }
}
