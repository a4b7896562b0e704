//! Date.prototype.toTemporalInstant, which Temporal adds.

use super::this_date;
use crate::temporal::instant_of_time_value;
use js_rt::Value;
use js_vm::{Args, Res, Vm};

/// Date.prototype.toTemporalInstant ( )
pub(super) fn to_temporal_instant(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let (_, t) = this_date(vm, args)?;
    if t.is_nan() {
        return Err(vm.range_error("Invalid time value"));
    }
    instant_of_time_value(vm, t)
}
