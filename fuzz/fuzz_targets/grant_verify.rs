#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| migasfree_fuzz::grant_verify::run(input));
