//! A stop is heard while nothing else is served.

use std::{sync::mpsc, time::Duration};

use futures::FutureExt as _;
use remit_proto::v1::{
    Level, ListSwitchesRequest, SetSwitchRequest, operator_client::OperatorClient,
    stop_line_client::StopLineClient,
};
use tokio::runtime::Builder;
use tonic::{Code, Request};

use crate::{
    Running,
    start::sample::{Place, REFUNDS},
};

fn bearing<T>(running: &Running, message: T) -> Request<T> {
    let mut request = Request::new(message);
    let token = format!("Bearer {}", running.operator_token()).parse().unwrap();
    request.metadata_mut().insert("authorization", token);
    request
}

fn stop() -> SetSwitchRequest {
    SetSwitchRequest { scope: "all".to_owned(), ceiling: Level::None.into(), ..SetSwitchRequest::default() }
}

#[test]
fn a_stop_is_acknowledged_while_everything_else_stands_still() {
    let served = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let caller = Builder::new_current_thread().enable_all().build().unwrap();
    let place = Place::new();
    let running = served.block_on(place.folders(&[REFUNDS])).unwrap();
    // The only worker of what serves agents and consoles does nothing from here on.
    let (standing, stands) = mpsc::channel();
    let (go_on, goes_on) = mpsc::channel::<()>();
    served.spawn(async move {
        standing.send(()).unwrap();
        goes_on.recv().unwrap_err();
    });
    stands.recv().unwrap();
    caller.block_on(async {
        let asked = bearing(&running, ListSwitchesRequest {});
        let usual = format!("http://{}", running.address());
        let mut usual = Box::pin(async move {
            let mut client = OperatorClient::connect(usual).await.unwrap();
            client.list_switches(asked).await.unwrap().into_inner()
        });
        let line = StopLineClient::connect(format!("http://{}", running.stop_address())).await;
        let answer = line.unwrap().set_switch(bearing(&running, stop())).await.unwrap().into_inner();
        assert_eq!(answer.switches.len(), 1);
        assert_eq!(answer.positions.len(), 1);
        assert!((&mut usual).now_or_never().is_none(), "something else was served meanwhile");
        drop(go_on);
        assert_eq!(usual.await.switches.len(), 1, "and all see it once they go on");
    });
    drop(caller);
    served.block_on(running.shutdown());
    served.shutdown_timeout(Duration::from_secs(1));
}

#[tokio::test]
async fn nobody_is_heard_without_a_token_and_nothing_but_stops_is() {
    let place = Place::new();
    let running = place.folders(&[REFUNDS]).await.unwrap();
    let url = format!("http://{}", running.stop_address());
    let mut line = StopLineClient::connect(url.clone()).await.unwrap();
    assert_eq!(line.set_switch(stop()).await.unwrap_err().code(), Code::Unauthenticated);
    let mut operator = OperatorClient::connect(url).await.unwrap();
    let asked = operator.list_switches(bearing(&running, ListSwitchesRequest {})).await;
    assert_eq!(asked.unwrap_err().code(), Code::Unimplemented);
    running.shutdown().await;
}
