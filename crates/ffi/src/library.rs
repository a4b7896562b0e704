//! Shared libraries and the symbols in them.

use crate::code::Route;
use crate::decl::Prototype;
use crate::error::{BindError, CallError, OpenError, loader_message};
use crate::function::Function;
use crate::typed::{Args, Return, TypedFunction};
use std::ffi::{OsStr, c_void};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// An open library, or the running program with everything it is linked with.
///
/// Functions bound from it keep it mapped; it goes when the `Library` and all of them have been dropped.
/// [`Library::close`] ends its use earlier.
#[derive(Clone, Debug)]
pub struct Library {
    loaded: Arc<Loaded>,
}

/// What functions hold on to.
pub(crate) struct Loaded {
    name: String,
    handle: libloading::Library,
    closed: AtomicBool,
}

impl fmt::Debug for Loaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loaded").field("name", &self.name).field("closed", &self.is_closed()).finish()
    }
}

impl Loaded {
    #[inline]
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }
}

impl Library {
    /// Opens a library by path, or by a name that the system's loader searches for, such as `libm.so.6`.
    ///
    /// # Errors
    /// What the loader reports.
    ///
    /// # Safety
    /// Loading runs the library's initialisers, and dropping the last use its finalisers. They must be sound to run here.
    pub unsafe fn open(name: impl AsRef<OsStr>) -> Result<Library, OpenError> {
        let name = name.as_ref();
        // SAFETY: initialisers and finalisers are the caller's promise.
        match unsafe { libloading::Library::new(name) } {
            Ok(handle) => Ok(Library::from_handle(name.to_string_lossy().into_owned(), handle)),
            Err(source) => Err(OpenError { name: name.to_string_lossy().into_owned(), source }),
        }
    }

    /// The program itself: on Unix all libraries it has loaded, C's among them; on Windows the executable's own exports.
    ///
    /// # Errors
    /// What the loader reports.
    pub fn process() -> Result<Library, OpenError> {
        #[cfg(unix)]
        let handle = Ok::<_, libloading::Error>(libloading::os::unix::Library::this());
        #[cfg(windows)]
        let handle = libloading::os::windows::Library::this();
        match handle {
            Ok(handle) => Ok(Library::from_handle("the process".to_owned(), handle.into())),
            Err(source) => Err(OpenError { name: "the process".to_owned(), source }),
        }
    }

    fn from_handle(name: String, handle: libloading::Library) -> Library {
        Library { loaded: Arc::new(Loaded { name, handle, closed: AtomicBool::new(false) }) }
    }

    /// The name or path the library was opened with.
    pub fn name(&self) -> &str {
        &self.loaded.name
    }

    /// The address of a function or object.
    ///
    /// # Errors
    /// [`BindError::Symbol`], [`BindError::Closed`].
    pub fn symbol(&self, name: &str) -> Result<*const c_void, BindError> {
        if self.loaded.is_closed() {
            return Err(BindError::Closed { library: self.name().to_owned() });
        }
        let missing = |message: String| BindError::Symbol {
            name: name.to_owned(),
            library: self.name().to_owned(),
            message,
        };
        // SAFETY: the symbol is taken for a raw address, which asks nothing of it.
        let address = unsafe { self.loaded.handle.get::<*const c_void>(name.as_bytes()) }
            .map_err(|e| missing(loader_message(&e)))?;
        // SAFETY: only the address is copied; whoever uses it keeps the library mapped.
        let address = unsafe { address.into_raw() }.as_raw_ptr().cast_const();
        if address.is_null() { Err(missing("the symbol's address is null".to_owned())) } else { Ok(address) }
    }

    /// Binds the function that a C declaration names, such as `"double cos(double)"`.
    ///
    /// # Errors
    /// An unreadable declaration, a missing symbol, types that cannot be passed, a closed library.
    pub fn function(&self, declaration: &str) -> Result<Function, BindError> {
        self.bind(Prototype::parse(declaration)?, Route::Auto)
    }

    /// Binds the function that a prototype names.
    ///
    /// # Errors
    /// As [`Library::function`], and [`BindError::NoCode`] for [`Route::Stub`].
    pub fn bind(&self, prototype: Prototype, route: Route) -> Result<Function, BindError> {
        let address = self.symbol(prototype.name().ok_or(BindError::Unnamed)?)?;
        Function::new(self.target(address)?, prototype, route)
    }

    /// Binds a function to Rust types. Nothing says whether they are the C types; [`Library::typed_as`] checks that.
    ///
    /// # Errors
    /// A missing symbol, types that cannot be passed, a closed library.
    pub fn typed<A: Args, R: Return>(&self, name: &str) -> Result<TypedFunction<A, R>, BindError> {
        TypedFunction::new(self.target(self.symbol(name)?)?, Route::Auto)
    }

    /// Binds the function that a C declaration names to Rust types, which must be the declared ones.
    ///
    /// # Errors
    /// As [`Library::function`], and types that differ.
    pub fn typed_as<A: Args, R: Return>(&self, declaration: &str) -> Result<TypedFunction<A, R>, BindError> {
        let prototype = Prototype::parse(declaration)?;
        let address = self.symbol(prototype.name().ok_or(BindError::Unnamed)?)?;
        crate::typed::check_types::<A, R>(&prototype)?;
        TypedFunction::new(self.target(address)?, Route::Auto)
    }

    /// Ends the use of the library: from now on calls of its functions give [`crate::CallError::Closed`].
    ///
    /// Calls that are running finish normally. The library stays mapped until its last function has been dropped.
    pub fn close(&self) {
        self.loaded.closed.store(true, Ordering::Release);
    }

    /// Whether [`Library::close`] was called.
    pub fn is_closed(&self) -> bool {
        self.loaded.is_closed()
    }

    fn target(&self, address: *const c_void) -> Result<Target, BindError> {
        Target::new(address, Some(Arc::clone(&self.loaded)))
    }
}

/// A function's address and the library that must stay mapped for it.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    address: *const u8,
    library: Option<Arc<Loaded>>,
}

// SAFETY: the address is only a number until it is called, and calling is `unsafe`: whether the function may be called on
// a thread is among the caller's promises.
unsafe impl Send for Target {}
// SAFETY: as for Send.
unsafe impl Sync for Target {}

impl Target {
    pub(crate) fn new(address: *const c_void, library: Option<Arc<Loaded>>) -> Result<Target, BindError> {
        if address.is_null() {
            return Err(BindError::Null);
        }
        Ok(Target { address: address.cast(), library })
    }

    #[inline]
    pub(crate) fn address(&self) -> *const u8 {
        self.address
    }

    /// Refuses calls into a library that has been closed.
    #[inline(always)]
    pub(crate) fn check_open(&self) -> Result<(), CallError> {
        match &self.library {
            Some(library) if library.is_closed() => Err(closed(library)),
            _ => Ok(()),
        }
    }
}

#[cold]
#[inline(never)]
fn closed(library: &Loaded) -> CallError {
    CallError::Closed { library: library.name.clone() }
}
