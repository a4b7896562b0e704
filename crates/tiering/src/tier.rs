//! The life of one function: cold, queued, compiled, left, compiled again, given up.

use crate::policy::Policy;
use crate::reason::Decline;
use std::collections::BTreeMap;
use std::fmt;

/// Where a function stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Run by the tier below; nothing asked for.
    Below,
    /// A version is being compiled, or waits to be.
    Queued {
        /// Its number, from 1.
        version: u32,
    },
    /// This version is installed.
    Installed {
        /// Its number.
        version: u32,
    },
    /// Never to be compiled again.
    GaveUp(GaveUp),
}

/// Why a function is not compiled any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GaveUp {
    /// It was declined for a reason that stays.
    Declined(Decline),
    /// It was left too often, in too many versions.
    Versions(u32),
}

impl fmt::Display for GaveUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GaveUp::Declined(reason) => write!(f, "declined: {reason}"),
            GaveUp::Versions(n) => write!(f, "left too often in {n} versions"),
        }
    }
}

/// What the engine is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    /// Nothing.
    Stay,
    /// Compile this version.
    Compile {
        /// Its number.
        version: u32,
    },
    /// Take the installed version away and go back to the tier below, which collects feedback until the function is hot
    /// again.
    Drop {
        /// The version to take away.
        version: u32,
    },
    /// Take the installed version away for good.
    GiveUp {
        /// The version to take away.
        version: u32,
    },
}

/// An exit of compiled code, as far as the policy looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exit {
    /// The version that was left.
    pub version: u32,
    /// The number of the place in it.
    pub site: u32,
}

/// One function's tier state. The engine keeps it behind a lock; nothing here is on a hot path.
#[derive(Clone, Debug, Default)]
pub struct Tier {
    /// Versions asked for so far.
    versions: u32,
    /// How many of them do not count against the most a function may have: code that made room for other code.
    evicted: u32,
    current: Current,
    /// Exits of the installed version, by site.
    exits: BTreeMap<u32, u32>,
    /// Exits of it in all.
    left: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Current {
    #[default]
    Below,
    Queued,
    Installed,
    GaveUp(GaveUp),
}

impl Tier {
    /// A function nobody has called.
    pub fn new() -> Tier {
        Tier::default()
    }

    /// Where it stands.
    pub fn state(&self) -> State {
        match self.current {
            Current::Below => State::Below,
            Current::Queued => State::Queued { version: self.versions },
            Current::Installed => State::Installed { version: self.versions },
            Current::GaveUp(why) => State::GaveUp(why),
        }
    }

    /// It got hot. Asks once: further reports while a version is on its way change nothing.
    pub fn hot(&mut self, policy: &Policy) -> Advice {
        if self.current != Current::Below || !policy.enabled {
            return Advice::Stay;
        }
        if self.versions - self.evicted >= policy.max_versions {
            self.current = Current::GaveUp(GaveUp::Versions(self.versions));
            return Advice::Stay;
        }
        self.versions += 1;
        self.current = Current::Queued;
        Advice::Compile { version: self.versions }
    }

    /// A version is compiled: whether it is the one that is wanted.
    pub fn installed(&mut self, version: u32) -> bool {
        let wanted = self.current == Current::Queued && version == self.versions;
        if wanted {
            self.current = Current::Installed;
            self.exits.clear();
            self.left = 0;
        }
        wanted
    }

    /// A version was declined. Reasons that may pass leave the function where it is, to get hot again.
    pub fn declined(&mut self, version: u32, reason: Decline) {
        if self.current != Current::Queued || version != self.versions {
            return;
        }
        self.current = match reason {
            // What is short now may be there later. The attempt does not count as a version.
            Decline::CodeMemory | Decline::Budget => {
                self.versions -= 1;
                Current::Below
            }
            _ => Current::GaveUp(GaveUp::Declined(reason)),
        };
    }

    /// Compiled code was left at a site. Exits of versions that are no longer installed tell nothing new.
    pub fn exited(&mut self, policy: &Policy, exit: Exit) -> Advice {
        if self.current != Current::Installed || exit.version != self.versions {
            return Advice::Stay;
        }
        let at_site = self.exits.entry(exit.site).or_default();
        *at_site = at_site.saturating_add(1);
        self.left = self.left.saturating_add(1);
        if *at_site < policy.exits_per_site && self.left < policy.exits_per_version {
            return Advice::Stay;
        }
        let version = self.versions;
        if version - self.evicted >= policy.max_versions {
            self.current = Current::GaveUp(GaveUp::Versions(version));
            return Advice::GiveUp { version };
        }
        self.current = Current::Below;
        Advice::Drop { version }
    }

    /// Something the code relied on no longer holds: the version in force, installed or on its way, is void. Whether
    /// there was one.
    pub fn invalidated(&mut self) -> Option<u32> {
        match self.current {
            Current::Queued | Current::Installed => {
                self.current = Current::Below;
                Some(self.versions)
            }
            Current::Below | Current::GaveUp(_) => None,
        }
    }

    /// The installed version was taken away to make room. Whether there was one.
    pub fn evicted(&mut self) -> Option<u32> {
        (self.current == Current::Installed).then(|| {
            self.current = Current::Below;
            self.evicted += 1;
            self.versions
        })
    }

    /// Exits of the installed version so far.
    pub fn exits(&self) -> u32 {
        self.left
    }

    /// Exits of the installed version at one site.
    pub fn exits_at(&self, site: u32) -> u32 {
        self.exits.get(&site).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> Policy {
        Policy { exits_per_site: 3, exits_per_version: 5, max_versions: 2, ..Policy::default() }
    }

    fn compiled(policy: &Policy) -> Tier {
        let mut tier = Tier::new();
        assert_eq!(tier.hot(policy), Advice::Compile { version: 1 });
        assert!(tier.installed(1));
        tier
    }

    #[test]
    fn asks_once_per_version() {
        let policy = policy();
        let mut tier = Tier::new();
        assert_eq!(tier.hot(&policy), Advice::Compile { version: 1 });
        assert_eq!(tier.hot(&policy), Advice::Stay);
        assert_eq!(tier.state(), State::Queued { version: 1 });
        assert!(tier.installed(1));
        assert!(!tier.installed(1), "it is already");
        assert_eq!((tier.hot(&policy), tier.state()), (Advice::Stay, State::Installed { version: 1 }));
    }

    #[test]
    fn nothing_is_compiled_when_the_policy_says_so() {
        let off = Policy { enabled: false, ..policy() };
        let mut tier = Tier::new();
        assert_eq!((tier.hot(&off), tier.state()), (Advice::Stay, State::Below));
    }

    #[test]
    fn exits_at_one_site_lead_to_another_version_and_then_to_giving_up() {
        let policy = policy();
        let mut tier = compiled(&policy);
        let exit = |version, site| Exit { version, site };
        assert_eq!(tier.exited(&policy, exit(1, 7)), Advice::Stay);
        assert_eq!(tier.exited(&policy, exit(1, 7)), Advice::Stay);
        assert_eq!((tier.exits_at(7), tier.exits_at(8), tier.exits()), (2, 0, 2));
        assert_eq!(tier.exited(&policy, exit(1, 7)), Advice::Drop { version: 1 });
        assert_eq!(tier.state(), State::Below);
        assert_eq!(tier.exited(&policy, exit(1, 7)), Advice::Stay, "a frame of the dropped version");
        assert_eq!(tier.hot(&policy), Advice::Compile { version: 2 });
        assert!(!tier.installed(1), "stale");
        assert!(tier.installed(2));
        assert_eq!(tier.exited(&policy, exit(1, 7)), Advice::Stay, "an older version");
        for site in 0..4 {
            assert_eq!(tier.exited(&policy, exit(2, site)), Advice::Stay);
        }
        assert_eq!(tier.exited(&policy, exit(2, 9)), Advice::GiveUp { version: 2 });
        assert_eq!(tier.state(), State::GaveUp(GaveUp::Versions(2)));
        assert_eq!(tier.hot(&policy), Advice::Stay);
    }

    #[test]
    fn invalidation_voids_what_is_there_or_on_its_way() {
        let policy = policy();
        let mut tier = compiled(&policy);
        assert_eq!((tier.invalidated(), tier.invalidated()), (Some(1), None));
        assert_eq!(tier.hot(&policy), Advice::Compile { version: 2 });
        assert_eq!(tier.invalidated(), Some(2));
        assert!(!tier.installed(2), "compiled for what no longer holds");
        assert_eq!(tier.hot(&policy), Advice::Stay, "two versions were all");
        assert_eq!(tier.state(), State::GaveUp(GaveUp::Versions(2)));
    }

    #[test]
    fn evicted_versions_have_numbers_and_do_not_count() {
        let policy = policy();
        let mut tier = compiled(&policy);
        for version in 1..=10 {
            assert_eq!((tier.evicted(), tier.state(), tier.evicted()), (Some(version), State::Below, None));
            assert_eq!(tier.hot(&policy), Advice::Compile { version: version + 1 });
            assert_eq!(tier.evicted(), None, "it is not installed yet");
            assert!(tier.installed(version + 1));
        }
        assert_eq!(tier.invalidated(), Some(11));
        assert_eq!(tier.hot(&policy), Advice::Compile { version: 12 }, "the second that counts");
        assert_eq!(tier.invalidated(), Some(12));
        assert_eq!((tier.hot(&policy), tier.state()), (Advice::Stay, State::GaveUp(GaveUp::Versions(12))));
    }

    #[test]
    fn declining_gives_up_unless_it_may_pass() {
        let policy = policy();
        let mut tier = Tier::new();
        for _ in 0..10 {
            assert_eq!(tier.hot(&policy), Advice::Compile { version: 1 });
            tier.declined(1, Decline::Budget);
            assert_eq!(tier.state(), State::Below);
        }
        assert_eq!(tier.hot(&policy), Advice::Compile { version: 1 });
        tier.declined(1, Decline::TooLarge);
        assert_eq!(tier.state(), State::GaveUp(GaveUp::Declined(Decline::TooLarge)));
        tier.declined(1, Decline::Budget);
        assert_eq!(tier.state(), State::GaveUp(GaveUp::Declined(Decline::TooLarge)));
        assert_eq!(GaveUp::Declined(Decline::TooLarge).to_string(), "declined: too-large");
    }
}
