//! Rust types that are C types.

use abi::{Scalar, Type};
use std::ffi::c_void;

/// A Rust type with a C counterpart: the same size, alignment and meaning.
///
/// Implemented for the integers, floats, `bool`, raw pointers, C function pointers (bare and in `Option`), and arrays as
/// members; [`crate::c_struct!`] and [`crate::c_union!`] implement it for records.
///
/// # Safety
/// [`CType::c_type`] must describe the type's layout on the host exactly, and any value C can hold in the type must be
/// a value of the Rust type (as read by [`CType::load`]).
pub unsafe trait CType: Copy {
    /// Whether rustc passes the type by value exactly as the host's C compiler does.
    const DIRECT: bool;

    /// The C type.
    fn c_type() -> Type;

    /// Reads a value that C wrote.
    ///
    /// # Safety
    /// `from` must be valid for reads of the type's size.
    #[inline]
    unsafe fn load(from: *const u8) -> Self {
        // SAFETY: valid by the caller's promise, and a value by the trait's.
        unsafe { from.cast::<Self>().read_unaligned() }
    }
}

/// A C type that can be passed and returned by value: all but arrays.
///
/// # Safety
/// As for [`CType`], and [`CType::c_type`] must not be an array.
pub unsafe trait CValue: CType {}

macro_rules! scalars {
    ($($ty:ty => $scalar:ident, $direct:literal;)+) => {
        $(
            // SAFETY: the scalar has this Rust type's size, alignment and values.
            unsafe impl CType for $ty {
                const DIRECT: bool = $direct;

                fn c_type() -> Type {
                    Scalar::$scalar.into()
                }
            }

            // SAFETY: a scalar is no array.
            unsafe impl CValue for $ty {}
        )+
    };
}

scalars! {
    i8 => I8, true;
    u8 => U8, true;
    i16 => I16, true;
    u16 => U16, true;
    i32 => I32, true;
    u32 => U32, true;
    i64 => I64, true;
    u64 => U64, true;
    isize => I64, true;
    usize => U64, true;
    // Compilers have disagreed about how these are passed; the plan decides.
    i128 => I128, false;
    u128 => U128, false;
    f32 => F32, true;
    f64 => F64, true;
}

// SAFETY: `_Bool` is one byte; `load` makes a value of whatever it holds.
unsafe impl CType for bool {
    const DIRECT: bool = true;

    fn c_type() -> Type {
        Scalar::Bool.into()
    }

    #[inline]
    unsafe fn load(from: *const u8) -> bool {
        // SAFETY: valid by the caller's promise.
        unsafe { *from != 0 }
    }
}

// SAFETY: a scalar is no array.
unsafe impl CValue for bool {}

// SAFETY: thin pointers are C pointers, and every address is a value.
unsafe impl<T> CType for *const T {
    const DIRECT: bool = true;

    fn c_type() -> Type {
        Scalar::Ptr.into()
    }
}

// SAFETY: a pointer is no array.
unsafe impl<T> CValue for *const T {}

// SAFETY: as for `*const T`.
unsafe impl<T> CType for *mut T {
    const DIRECT: bool = true;

    fn c_type() -> Type {
        Scalar::Ptr.into()
    }
}

// SAFETY: a pointer is no array.
unsafe impl<T> CValue for *mut T {}

// SAFETY: arrays have C's layout. They are never passed by value themselves, as members they are no worse than the record.
unsafe impl<T: CType, const N: usize> CType for [T; N] {
    const DIRECT: bool = T::DIRECT && N > 0;

    fn c_type() -> Type {
        Type::array(T::c_type(), N as u32)
    }
}

macro_rules! functions {
    ($($arg:ident)*) => {
        // SAFETY: function pointers are C pointers, null being `None`.
        unsafe impl<R, $($arg),*> CType for Option<unsafe extern "C" fn($($arg),*) -> R> {
            const DIRECT: bool = true;

            fn c_type() -> Type {
                Scalar::Ptr.into()
            }
        }

        // SAFETY: a pointer is no array.
        unsafe impl<R, $($arg),*> CValue for Option<unsafe extern "C" fn($($arg),*) -> R> {}

        // SAFETY: as above; the trait's user promises that C's functions are never null where this type is used.
        unsafe impl<R, $($arg),*> CType for unsafe extern "C" fn($($arg),*) -> R {
            const DIRECT: bool = true;

            fn c_type() -> Type {
                Scalar::Ptr.into()
            }
        }

        // SAFETY: a pointer is no array.
        unsafe impl<R, $($arg),*> CValue for unsafe extern "C" fn($($arg),*) -> R {}
    };
}

functions!();
functions!(A);
functions!(A B);
functions!(A B C);
functions!(A B C D);
functions!(A B C D E);
functions!(A B C D E F);

const _: () = assert!(size_of::<*const c_void>() == 8, "all conventions here have 64-bit pointers");

/// Defines structs with C's layout that can be passed, returned and used as members.
///
/// ```
/// ffi::c_struct! {
///     /// A point in the plane.
///     #[derive(Debug, PartialEq)]
///     pub struct Point {
///         pub x: f64,
///         pub y: f64,
///     }
/// }
/// let there = Point { x: 1.0, y: 2.0 };
/// let copy = there; // Clone and Copy are derived already.
/// assert_eq!(there, copy);
/// ```
#[macro_export]
macro_rules! c_struct {
    ($($(#[$meta:meta])* $vis:vis struct $name:ident {
        $($(#[$field_meta:meta])* $field_vis:vis $field:ident : $ty:ty),+ $(,)?
    })+) => {
        $(
            $(#[$meta])*
            #[derive(Clone, Copy)]
            #[repr(C)]
            $vis struct $name {
                $($(#[$field_meta])* $field_vis $field: $ty,)+
            }

            $crate::__c_record!(Struct $name { $($field: $ty,)+ });
        )+
    };
}

/// Defines unions with C's layout that can be passed, returned and used as members.
///
/// ```
/// ffi::c_union! {
///     pub union Number { pub int: i64, pub float: f64 }
/// }
/// let n = Number { float: 1.0 };
/// // SAFETY: both members have the same size, and every bit pattern is an integer.
/// assert_eq!(unsafe { n.int }, 0x3ff0_0000_0000_0000);
/// ```
#[macro_export]
macro_rules! c_union {
    ($($(#[$meta:meta])* $vis:vis union $name:ident {
        $($(#[$field_meta:meta])* $field_vis:vis $field:ident : $ty:ty),+ $(,)?
    })+) => {
        $(
            $(#[$meta])*
            #[derive(Clone, Copy)]
            #[repr(C)]
            $vis union $name {
                $($(#[$field_meta])* $field_vis $field: $ty,)+
            }

            $crate::__c_record!(Union $name { $($field: $ty,)+ });
        )+
    };
}

/// The part that [`c_struct!`] and [`c_union!`] share.
#[doc(hidden)]
#[macro_export]
macro_rules! __c_record {
    ($kind:ident $name:ident { $($field:ident : $ty:ty,)+ }) => {
        // SAFETY: the type is `repr(C)` and every member is a C type; binding checks the layout once more.
        unsafe impl $crate::CType for $name {
            const DIRECT: bool = true $(&& <$ty as $crate::CType>::DIRECT)+;

            fn c_type() -> $crate::abi::Type {
                $crate::abi::Type::Record(::std::sync::Arc::new($crate::abi::Record {
                    kind: $crate::abi::RecordKind::$kind,
                    name: Some(stringify!($name).to_owned()),
                    fields: vec![$($crate::abi::Field {
                        name: stringify!($field).to_owned(),
                        ty: <$ty as $crate::CType>::c_type(),
                        align: None,
                    }),+],
                    pack: None,
                    align: None,
                }))
            }
        }

        // SAFETY: a record is no array.
        unsafe impl $crate::CValue for $name {}
    };
}
