//! The time zones that Temporal's local times are of.
//!
//! The provider of `timezone_provider` 0.2 takes the 7th of a month for a day of its second week when it looks for what a local
//! time means: on March 7 New York has summer time then. Offsets at exact times are right, and everything follows from these.

use std::borrow::Cow;
use temporal_rs::provider::{
    COMPILED_TZ_PROVIDER, CandidateEpochNanoseconds, EpochNanosecondsAndOffset, GapEntryOffsets, TimeZoneId,
    TimeZoneProvider, TransitionDirection, UtcOffsetSeconds,
};
use temporal_rs::unix_time::EpochNanoseconds;
use timezone_provider::TimeZoneProviderError;
use timezone_provider::provider::IsoDateTime;

type Provided<T> = Result<T, TimeZoneProviderError>;

const DAY: i128 = 86_400_000_000_000;

/// The compiled-in provider, but for local times.
pub(super) struct Zones;

impl Zones {
    /// The exact time at which a local time has an offset, if it has it then.
    fn at(
        &self,
        id: TimeZoneId,
        local: i128,
        offset: UtcOffsetSeconds,
    ) -> Provided<Option<EpochNanosecondsAndOffset>> {
        let exact = local - i128::from(offset.0) * 1_000_000_000;
        let found = self.transition_nanoseconds_for_utc_epoch_nanoseconds(id, exact)?;
        Ok((found == offset).then_some(EpochNanosecondsAndOffset { ns: EpochNanoseconds(exact), offset }))
    }
}

impl TimeZoneProvider for Zones {
    fn get(&self, ident: &[u8]) -> Provided<TimeZoneId> {
        COMPILED_TZ_PROVIDER.get(ident)
    }

    fn identifier(&self, id: TimeZoneId) -> Provided<Cow<'_, str>> {
        COMPILED_TZ_PROVIDER.identifier(id)
    }

    fn canonicalized(&self, id: TimeZoneId) -> Provided<TimeZoneId> {
        COMPILED_TZ_PROVIDER.canonicalized(id)
    }

    /// GetNamedTimeZoneEpochNanoseconds ( timeZoneIdentifier, isoDateTime ): from the offsets before and after a change nearby
    fn candidate_nanoseconds_for_local_epoch_nanoseconds(
        &self,
        id: TimeZoneId,
        local_datetime: IsoDateTime,
    ) -> Provided<CandidateEpochNanoseconds> {
        let local = local_datetime.as_nanoseconds().0;
        let before = self.transition_nanoseconds_for_utc_epoch_nanoseconds(id, local - DAY)?;
        let after = self.transition_nanoseconds_for_utc_epoch_nanoseconds(id, local + DAY)?;
        let first = self.at(id, local, before)?;
        let second = if before == after { None } else { self.at(id, local, after)? };
        Ok(match (first, second) {
            (Some(first), Some(second)) => CandidateEpochNanoseconds::Two([first, second]),
            (Some(one), None) | (None, Some(one)) => CandidateEpochNanoseconds::One(one),
            (None, None) => {
                let from = local - DAY;
                let change = self.get_time_zone_transition(id, from, TransitionDirection::Next)?;
                CandidateEpochNanoseconds::Zero(GapEntryOffsets {
                    offset_before: before,
                    offset_after: after,
                    transition_epoch: change.unwrap_or(EpochNanoseconds(from)),
                })
            }
        })
    }

    fn transition_nanoseconds_for_utc_epoch_nanoseconds(
        &self,
        id: TimeZoneId,
        epoch_nanoseconds: i128,
    ) -> Provided<UtcOffsetSeconds> {
        COMPILED_TZ_PROVIDER.transition_nanoseconds_for_utc_epoch_nanoseconds(id, epoch_nanoseconds)
    }

    fn get_time_zone_transition(
        &self,
        id: TimeZoneId,
        epoch_nanoseconds: i128,
        direction: TransitionDirection,
    ) -> Provided<Option<EpochNanoseconds>> {
        COMPILED_TZ_PROVIDER.get_time_zone_transition(id, epoch_nanoseconds, direction)
    }
}
