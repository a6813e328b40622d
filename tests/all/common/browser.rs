//! A browser without a window, led by chromedriver over HTTP.

use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;

/// How to get what is missing.
const MISSING: &str =
    "run tests/run: it installs what is missing (Debian: apt install chromium chromium-driver)";

/// The key's code in the WebDriver protocol.
pub const RIGHT: &str = "\u{e014}";
pub const LEFT: &str = "\u{e012}";
pub const HOME: &str = "\u{e011}";
pub const END: &str = "\u{e010}";
pub const ENTER: &str = "\u{e007}";

/// A picture of what is to be seen.
#[derive(Debug)]
pub struct Picture {
    pub width: u32,
    pub height: u32,
    /// Red, green and blue of each pixel.
    pub pixels: Vec<[u8; 3]>,
}

impl Picture {
    /// The PNG in the file.
    pub fn read(file: &Path) -> Self {
        decoded(&std::fs::read(file).expect("a file"))
    }

    /// From 0, black, to 1, white.
    pub fn brightness(&self) -> f64 {
        let sum: u64 = self
            .pixels
            .iter()
            .flatten()
            .map(|part| u64::from(*part))
            .sum();
        sum as f64 / (self.pixels.len() * 3 * 255) as f64
    }

    /// How many different ones there are.
    pub fn colours(&self) -> usize {
        self.pixels.iter().collect::<HashSet<_>>().len()
    }
}

/// A browser with one page open.
#[derive(Debug)]
pub struct Browser {
    driver: Child,
    agent: ureq::Agent,
    session: String,
    _profile: TempDir,
}

impl Browser {
    /// Starts one with a profile of its own, and opens the file.
    pub fn open(page: &Path) -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("chromedriver: {error}\n{MISSING}"));
        let lines = BufReader::new(driver.stdout.take().expect("its output")).lines();
        let port = lines
            .map_while(Result::ok)
            .find_map(|line| {
                let port = line.split_once("successfully on port ")?.1;
                port.trim_end_matches('.').parse::<u16>().ok()
            })
            .expect("chromedriver says its port");
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(120)))
            .build()
            .into();
        let profile = tempfile::tempdir().expect("a directory");
        let mut arguments: Vec<String> = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ]
        .map(str::to_owned)
        .to_vec();
        arguments.push(format!("--user-data-dir={}", profile.path().display()));
        let mut browser = Self {
            driver,
            agent,
            session: format!("http://127.0.0.1:{port}/session"),
            _profile: profile,
        };
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": {"args": arguments},
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        }}});
        let made = browser.post("", &wanted);
        let id = made["sessionId"].as_str();
        let id = id.unwrap_or_else(|| panic!("no browser: {made}\n{MISSING}"));
        browser.session = format!("{}/{id}", browser.session);
        browser.look(1280, 900, "light");
        browser.post(
            "/url",
            &json!({"url": format!("file://{}", page.display())}),
        );
        browser
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let mut answer = self
            .agent
            .post(format!("{}{path}", self.session))
            .send_json(body)
            .expect("an answer of chromedriver's");
        let answer: Value = answer.body_mut().read_json().expect("JSON");
        let value = answer["value"].clone();
        assert!(value["error"].is_null(), "{path}: {value}\n{MISSING}");
        value
    }

    fn command(&self, name: &str, parameters: &Value) -> Value {
        self.post(
            "/goog/cdp/execute",
            &json!({"cmd": name, "params": parameters}),
        )
    }

    /// The size of the window, and what the reader prefers: `light` or `dark`.
    pub fn look(&self, width: u32, height: u32, scheme: &str) {
        let size =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.command("Emulation.setDeviceMetricsOverride", &size);
        let feature = json!({"name": "prefers-color-scheme", "value": scheme});
        self.command(
            "Emulation.setEmulatedMedia",
            &json!({"media": "", "features": [feature]}),
        );
    }

    /// As it would be printed.
    pub fn on_paper(&self) {
        self.command("Emulation.setEmulatedMedia", &json!({"media": "print"}));
    }

    /// Presses keys, one after the other.
    pub fn press(&self, keys: &[&str]) {
        let actions: Vec<Value> = keys
            .iter()
            .flat_map(|key| ["keyDown", "keyUp"].map(|kind| json!({"type": kind, "value": key})))
            .collect();
        let keyboard = json!({"type": "key", "id": "keyboard", "actions": actions});
        self.post("/actions", &json!({"actions": [keyboard]}));
    }

    /// What the script returns.
    pub fn ask(&self, script: &str) -> Value {
        self.post("/execute/sync", &json!({"script": script, "args": []}))
    }

    /// The text that is seen in what the selector finds first.
    pub fn text(&self, selector: &str) -> String {
        let script = format!("return document.querySelector({selector:?}).innerText");
        self.ask(&script).as_str().expect("a text").to_owned()
    }

    /// A picture of what is to be seen, which is also left in the file.
    pub fn picture(&self, file: &Path) -> Picture {
        let mut answer = self
            .agent
            .get(format!("{}/screenshot", self.session))
            .call()
            .expect("an answer of chromedriver's");
        let answer: Value = answer.body_mut().read_json().expect("JSON");
        let bytes = STANDARD
            .decode(answer["value"].as_str().expect("a picture"))
            .expect("base 64");
        std::fs::write(file, &bytes).expect("a file");
        decoded(&bytes)
    }

    /// What the page complained of, and what it asked the network for, since it was opened.
    pub fn complaints(&self) -> Vec<String> {
        let log = |kind: &str| {
            let entries = self.post("/se/log", &json!({"type": kind}));
            entries.as_array().cloned().unwrap_or_default()
        };
        let said = log("browser").into_iter().map(|entry| entry.to_string());
        let fetched = log("performance").into_iter().filter_map(|entry| {
            let event: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
            let event = &event["message"];
            let from = event["params"]["documentURL"].as_str()?;
            let url = event["params"]["request"]["url"].as_str()?;
            // The new tab that the browser began with asks for parts of the browser.
            let is_ours =
                event["method"] == "Network.requestWillBeSent" && from.starts_with("file:");
            (is_ours && url != from && !url.starts_with("data:"))
                .then(|| format!("asked for {url}"))
        });
        said.chain(fetched).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.agent.delete(&self.session).call();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn decoded(bytes: &[u8]) -> Picture {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().expect("a PNG");
    let mut buffer = vec![0; reader.output_buffer_size().expect("a size")];
    let frame = reader.next_frame(&mut buffer).expect("a picture");
    let channels = frame.color_type.samples();
    Picture {
        width: frame.width,
        height: frame.height,
        pixels: buffer
            .chunks_exact(channels)
            .map(|pixel| [pixel[0], pixel[1], pixel[2]])
            .collect(),
    }
}
