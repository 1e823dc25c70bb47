use qmp_events::*;

#[derive(QapiEvent)]
#[qapi(name = "ACPI_DEVICE_OST")]
struct AcpiDeviceOst {
    #[qapi(bare)]
    info: events::AcpiOstInfo,
    #[qapi(bare)]
    more: events::AcpiOstInfo,
}

fn main() {}
