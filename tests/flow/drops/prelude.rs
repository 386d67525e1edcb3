#![allow(warnings)]
// What generated functions call. `tick` logs, and panics when the fuse has burnt down; `bit` is a coin.
use std::cell::{Cell, RefCell};
use std::fmt::Write as _;
use std::mem;
use std::mem::ManuallyDrop;

thread_local! {
    static LOG: RefCell<String> = RefCell::new(String::new());
    static FUSE: Cell<u32> = Cell::new(0);
    static BITS: Cell<u64> = Cell::new(0);
    static NEXT: Cell<u32> = Cell::new(0);
}

fn log(text: &str) {
    LOG.with(|log| {
        let mut log = log.borrow_mut();
        log.push_str(text);
        log.push(' ');
    });
}

fn tick(name: &str) {
    log(name);
    FUSE.with(|fuse| {
        let left = fuse.get();
        if left > 0 {
            fuse.set(left - 1);
            if left == 1 {
                std::panic::panic_any(7u8);
            }
        }
    });
}

fn bit() -> bool {
    BITS.with(|bits| {
        let all = bits.get();
        bits.set(all >> 1);
        all & 1 == 1
    })
}

pub struct D(u32);
impl Drop for D {
    fn drop(&mut self) {
        log(&format!("-{}", self.0));
    }
}
pub struct G(u32);
impl Drop for G {
    fn drop(&mut self) {
        log(&format!("release{}", self.0));
    }
}
pub struct P { a: D, b: D }
pub struct Q(D, D, D);
pub enum E { A(D), B { x: D, y: D }, C }

fn fresh() -> D {
    let n = NEXT.with(|next| { next.set(next.get() + 1); next.get() });
    log(&format!("+{}", n));
    D(n)
}
fn mk() -> D { tick("mk"); fresh() }
fn lock() -> G {
    tick("lock");
    let n = NEXT.with(|next| { next.set(next.get() + 1); next.get() });
    log(&format!("acquire{}", n));
    G(n)
}
fn flip() -> bool { tick("flip"); bit() }
fn num() -> u32 { tick("num"); bit() as u32 + 2 * (bit() as u32) }
fn eat(d: D) -> bool { tick("eat"); bit() }
fn eat2(a: D, b: D) -> bool { tick("eat2"); bit() }
fn eat3(a: D, n: bool, b: D) -> bool { tick("eat3"); bit() }
fn keep(d: D) -> D { tick("keep"); d }
fn join(a: D, b: D) -> D { tick("join"); a }
fn look(d: &D) -> bool { tick("look"); log(&d.0.to_string()); bit() }
fn look2(a: &D, b: &D) -> bool { tick("look2"); bit() }
fn touch(d: &mut D) -> bool { tick("touch"); bit() }
fn maybe() -> Option<D> { tick("maybe"); if bit() { Some(fresh()) } else { None } }
fn attempt() -> Result<D, D> { tick("attempt"); if bit() { Ok(fresh()) } else { Err(fresh()) } }
fn pair() -> (D, D) { tick("pair"); (fresh(), fresh()) }
fn ps() -> P { tick("ps"); P { a: fresh(), b: fresh() } }
fn qs() -> Q { tick("qs"); Q(fresh(), fresh(), fresh()) }
fn en() -> E {
    tick("en");
    if bit() { E::A(fresh()) } else if bit() { E::B { x: fresh(), y: fresh() } } else { E::C }
}
fn call_it<R>(f: impl FnOnce() -> R) -> R { tick("call"); f() }
fn call_with<R>(f: impl FnOnce(D) -> R) -> R { tick("with"); f(fresh()) }
fn call_twice(mut f: impl FnMut() -> bool) -> bool { tick("twice"); f(); f() }
fn absorb(n: u32) -> u32 { tick("absorb"); n }

impl D {
    fn look(&self) -> bool { tick("look"); log(&self.0.to_string()); bit() }
    fn touch(&mut self) -> &mut D { tick("touch"); self }
    fn me(&self) -> &D { tick("me"); self }
    fn keep(self) -> D { tick("keep"); self }
    fn eat(self) -> bool { tick("eat"); bit() }
    fn with(&self, other: D) -> bool { tick("with"); bit() }
    fn merge(self, other: D) -> D { tick("merge"); self }
    fn opt(&self) -> Option<D> { tick("opt"); if bit() { Some(fresh()) } else { None } }
    fn attempt(&self) -> Result<D, D> { tick("attempt"); if bit() { Ok(fresh()) } else { Err(fresh()) } }
    fn into_pair(self) -> (D, D) { tick("into_pair"); (self, fresh()) }
    fn peek(&self) -> Option<&D> { tick("peek"); if bit() { Some(self) } else { None } }
}
impl G {
    fn state(&self) -> bool { tick("state"); bit() }
    fn get(&self) -> Option<D> { tick("get"); if bit() { Some(fresh()) } else { None } }
    fn make(&self) -> D { tick("make"); fresh() }
    fn number(&self) -> u32 { tick("number"); bit() as u32 + 2 * (bit() as u32) }
    fn set(&mut self, d: D) -> bool { tick("set"); bit() }
}

impl PartialEq for D {
    fn eq(&self, other: &D) -> bool { tick("eq"); bit() }
}
impl std::fmt::Debug for D {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result { Ok(()) }
}

use std::task::Poll;
fn poll() -> Poll<D> { tick("poll"); if bit() { Poll::Ready(fresh()) } else { Poll::Pending } }
fn text() -> String { String::new() }

macro_rules! info { ($($t:tt)*) => {{ let _ = format!($($t)*); }} }
macro_rules! pass { ($e:expr) => { keep($e) } }
macro_rules! guarded { ($e:expr) => {{ let g = lock(); let r = $e; drop(g); r }} }
macro_rules! hold { ($n:ident) => { let $n = lock(); let g = mk(); }; ($n:ident = $e:expr) => { let mut $n: D = $e; } }
macro_rules! or_return { ($e:expr, $r:expr) => { match $e { Some(value) => value, None => return $r } } }

async fn later() -> D { mk() }
async fn later_pair(d: D) -> (D, D) { tick("later_pair"); (d, fresh()) }
fn block_on<F: std::future::Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match future.as_mut().poll(&mut context) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => unreachable!(),
    }
}

fn run(name: &str, runs: &[(u64, u32)], entry: fn()) {
    for &(bits, fuse) in runs {
        LOG.with(|log| log.borrow_mut().clear());
        FUSE.with(|f| f.set(fuse));
        BITS.with(|b| b.set(bits));
        NEXT.with(|n| n.set(0));
        let end = if std::panic::catch_unwind(entry).is_ok() { "." } else { "!" };
        LOG.with(|log| println!("{name} {bits} {fuse} {}{end}", log.borrow()));
    }
}
