//! Which domains are meant, as the user writes it.

use std::ffi::OsStr;
use std::fmt;

use crate::sources::virsh::{Domain, Libvirt};

/// All domains of a libvirt, or one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Domains {
    pub(in crate::sources) libvirt: Libvirt,
    pub(in crate::sources) domain: Option<String>,
}

impl fmt::Display for Domain {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "libvirt:{}#{}", self.libvirt.uri, self.name)
    }
}

impl fmt::Display for Domains {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "libvirt:{}", self.libvirt.uri)?;
        self.domain.as_ref().map_or(Ok(()), |domain| write!(formatter, "#{domain}"))
    }
}

impl Domains {
    /// Reads what follows `libvirt:`, which is `URI` or `URI#DOMAIN`.
    pub(crate) fn parse(text: &OsStr) -> Result<Self, String> {
        let text = text.to_str().ok_or("it is not UTF-8, as libvirt's names are")?;
        // A URI has no other `#` than that; a domain's name may have some.
        let (uri, domain) = text.split_once('#').map_or((text, None), |(uri, domain)| (uri, Some(domain)));
        if domain == Some("") {
            return Err("the domain's name is missing: write libvirt:URI#DOMAIN".to_owned());
        }
        Ok(Domains { libvirt: Libvirt { uri: uri.to_owned() }, domain: domain.map(str::to_owned) })
    }

    /// Whether it is one domain.
    pub(crate) fn is_one(&self) -> bool {
        self.domain.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_named_after_the_uri() {
        for (text, uri, domain) in [
            ("", "", None),
            ("#web", "", Some("web")),
            ("qemu:///system", "qemu:///system", None),
            (
                "qemu+ssh://root@host/system?socket=/s#my vm's #1",
                "qemu+ssh://root@host/system?socket=/s",
                Some("my vm's #1"),
            ),
        ] {
            let domains = Domains::parse(text.as_ref()).expect(text);
            assert_eq!((domains.libvirt.uri.as_str(), domains.domain.as_deref()), (uri, domain), "{text}");
            assert_eq!(domains.to_string(), format!("libvirt:{text}"));
        }
        assert!(Domains::parse("qemu:///system#".as_ref()).is_err());
    }
}
