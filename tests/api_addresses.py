"""Every address of the service with a question it can answer, for tests that try them all."""

SHORT_CURVE = "replications=32&extra_fte=0;1"
ADDRESSES = {
    "fte": "/v1/fte?staff=20x37;8x30;4x25,5&non_case_hours=40&sick_days=11&on=2020-03-26",
    "caseload": "/v1/caseload?open_cases=890&case_fte=23,92&on=2020-03-26&unit=child&target=25",
    "workload": "/v1/workload?activities=152x35;890x12&hours_per_fte=1546&category_share=0,2"
    "&individual_hours=800&case_fte=23,92",
    "compliance": "/v1/compliance?in_time=2&due=6",
    "comparison": "/v1/compliance?in_time=2&due=6&other_in_time=35&other_due=38",
    "deadlines": "/v1/deadlines?on=2020-03-26",
    "due-date": "/v1/due-date?rule=statute.child_assessment&start=2019-10-31",
    "due-time": "/v1/due-date?rule=statute.notification_assessment&start=2020-03-27T14:30",
    "guidelines": "/v1/guidelines?on=2020-03-26",
    "erlang": "/v1/erlang?arrivals=18&service=1&servers=20&within=4&target_share=0,9",
    "staffing-curve": f"/v1/staffing-curve?department=ishoej-2020&{SHORT_CURVE}",
    "what-if": "/v1/what-if?department=ishoej-2020&extra_fte=1&replications=32",
    "departments": "/v1/departments?",
    "health": "/health?",
}
