#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| migasfree_fuzz::tunnel_screen::run(input));
