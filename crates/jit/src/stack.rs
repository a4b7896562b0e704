//! Where the current thread's stack ends.

use std::cell::OnceCell;

/// The lowest address of the current thread's stack, guard pages included where the system says nothing about them;
/// `None` when it does not tell.
pub(crate) fn lowest() -> Option<usize> {
    thread_local! {
        // Asked once per thread: for the first one, Linux has its whole map of memory read.
        static LOWEST: OnceCell<Option<usize>> = const { OnceCell::new() };
    }
    LOWEST.with(|lowest| *lowest.get_or_init(system::lowest))
}

/// The lowest address that the current thread's stack may grow to. Where the system does not tell, half a megabyte is assumed,
/// the least that threads get by default anywhere.
pub fn stack_lowest() -> usize {
    let here = 0_u8;
    lowest().unwrap_or_else(|| std::ptr::from_ref(&here).addr().saturating_sub(512 << 10))
}

#[cfg(any(target_os = "linux", target_os = "android"))]
mod system {
    pub(super) fn lowest() -> Option<usize> {
        let mut attributes = std::mem::MaybeUninit::<libc::pthread_attr_t>::uninit();
        let (mut base, mut size) = (std::ptr::null_mut(), 0);
        // SAFETY: the first call initialises the attributes when it returns 0; the second only reads them, the third ends
        // their life.
        unsafe {
            if libc::pthread_getattr_np(libc::pthread_self(), attributes.as_mut_ptr()) != 0 {
                return None;
            }
            let found = libc::pthread_attr_getstack(attributes.as_ptr(), &mut base, &mut size);
            libc::pthread_attr_destroy(attributes.as_mut_ptr());
            (found == 0).then(|| base.addr())
        }
    }
}

#[cfg(target_os = "macos")]
mod system {
    pub(super) fn lowest() -> Option<usize> {
        // SAFETY: both functions only look at the current thread.
        let (top, size) = unsafe {
            let thread = libc::pthread_self();
            (libc::pthread_get_stackaddr_np(thread), libc::pthread_get_stacksize_np(thread))
        };
        top.addr().checked_sub(size)
    }
}

#[cfg(windows)]
mod system {
    #[link(name = "kernel32")]
    unsafe extern "system" {
        fn GetCurrentThreadStackLimits(low: *mut usize, high: *mut usize);
    }

    pub(super) fn lowest() -> Option<usize> {
        let (mut low, mut high) = (0, 0);
        // SAFETY: the function writes the two words.
        unsafe { GetCurrentThreadStackLimits(&mut low, &mut high) };
        (low < high).then_some(low)
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "macos", windows)))]
mod system {
    pub(super) fn lowest() -> Option<usize> {
        None
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_end_is_below_this_frame_and_not_far() {
        let check = || {
            let local = std::hint::black_box(0_u8);
            let here = std::ptr::from_ref(&local).addr();
            let lowest = super::lowest().expect("this system tells");
            assert!(lowest < here && here - lowest < 1 << 30, "{lowest:#x} {here:#x}");
            lowest
        };
        let here = check();
        let there = std::thread::Builder::new().stack_size(1 << 20).spawn(check).unwrap().join().unwrap();
        assert_ne!(here, there);
    }
}
