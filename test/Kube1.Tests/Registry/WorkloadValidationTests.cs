using Kube1.Tests.ApiServer;

namespace Kube1.Tests.Registry;

/// <summary>Groups apps, batch, autoscaling and policy: what is wrong with objects, in upstream's paths and words.</summary>
[FixtureLifeCycle(LifeCycle.SingleInstance)]
public sealed class WorkloadValidationTests
{
    private const string NotPercent = "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  "
        + "or '93%', regex used for validation is '[0-9]+%')";

    private const string NotNegative = "must be greater than or equal to 0";

    private const string Subdomain = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
        + "start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
        + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    private const string Indexed = "\"completionMode\":\"Indexed\",\"completions\":4,\"parallelism\":2";

    private RegistryServer _server = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _server = await RegistryServer.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _server.DisposeAsync();

    [TestCase("deployments", """{"spec":{"replicas":-1}}""", "spec.replicas: Invalid value: -1: " + NotNegative)]
    [TestCase("deployments", """{"spec":{"selector":null}}""", "spec.selector: Required value",
        "spec.template.metadata.labels: Invalid value: {\"a\":\"b\"}: `selector` does not match template `labels`")]
    [TestCase("deployments", """{"spec":{"selector":{"matchLabels":{"a":null,"x y":"z"}}}}""",
        "spec.selector.matchLabels: Invalid value: \"x y\": name part must consist of alphanumeric characters, '-', '_' or "
        + "'.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex "
        + "used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
        "spec.selector: Invalid value: {\"matchLabels\":{\"x y\":\"z\"}}: invalid label selector")]
    [TestCase("deployments", """{"spec":{"template":{"spec":{"restartPolicy":"Never"}}}}""",
        "spec.template.spec.restartPolicy: Unsupported value: \"Never\": supported values: \"Always\"")]
    [TestCase("deployments", """{"spec":{"template":{"spec":{"activeDeadlineSeconds":1}}}}""",
        "spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicaSet is not Supported")]
    [TestCase("deployments", """{"spec":{"strategy":{"type":"Blue"}}}""",
        "spec.strategy.type: Unsupported value: \"Blue\": supported values: \"Recreate\", \"RollingUpdate\"")]
    [TestCase("deployments", """{"spec":{"strategy":{"rollingUpdate":{"maxUnavailable":"200%"}}}}""",
        "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: \"200%\": must not be greater than 100%")]
    [TestCase("deployments", """{"spec":{"strategy":{"rollingUpdate":{"maxUnavailable":"150"}}}}""",
        "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: \"150\": " + NotPercent)]
    [TestCase("deployments", """{"spec":{"strategy":{"rollingUpdate":{"maxUnavailable":"x","maxSurge":0}}}}""",
        "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: \"x\": " + NotPercent,
        "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: \"x\": may not be 0 when `maxSurge` is 0")]
    [TestCase("deployments", """{"spec":{"strategy":{"rollingUpdate":{"maxUnavailable":"99999999999999999999%"}}}}""",
        "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: \"99999999999999999999%\": must not be greater than 100%")]
    [TestCase("deployments", """{"spec":{"minReadySeconds":-1,"revisionHistoryLimit":-1,"progressDeadlineSeconds":0}}""",
        "spec.minReadySeconds: Invalid value: -1: " + NotNegative,
        "spec.revisionHistoryLimit: Invalid value: -1: " + NotNegative)]
    [TestCase("replicasets", """{"spec":{"selector":{"matchLabels":{"a":"c"}},"minReadySeconds":-1}}""",
        "spec.minReadySeconds: Invalid value: -1: " + NotNegative,
        "spec.template.metadata.labels: Invalid value: {\"a\":\"b\"}: `selector` does not match template `labels`")]
    [TestCase("daemonsets", """{"spec":{"selector":null}}""",
        "spec.template.metadata.labels: Invalid value: {\"a\":\"b\"}: `selector` does not match template `labels`")]
    [TestCase("daemonsets", """{"spec":{"updateStrategy":{"rollingUpdate":{"maxSurge":1}}}}""",
        "spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero")]
    [TestCase("daemonsets", """{"spec":{"updateStrategy":{"rollingUpdate":{"maxUnavailable":0}}}}""",
        "spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0")]
    [TestCase("daemonsets", """{"spec":{"updateStrategy":{"type":"Never"}}}""",
        "spec.updateStrategy.type: Unsupported value: \"Never\": supported values: \"RollingUpdate\", \"OnDelete\"")]
    [TestCase("statefulsets", """{"metadata":{"name":"a.b"}}""", "metadata.name: Invalid value: \"a.b\": must not contain dots")]
    [TestCase("statefulsets", """{"spec":{"podManagementPolicy":"Wild"}}""",
        "spec.podManagementPolicy: Invalid value: \"Wild\": must be 'OrderedReady' or 'Parallel'")]
    [TestCase("statefulsets", """{"spec":{"updateStrategy":{"type":"OnDelete","rollingUpdate":{"partition":1}}}}""",
        "spec.updateStrategy.rollingUpdate: Invalid value: {\"partition\":1}: only allowed for updateStrategy 'RollingUpdate'")]
    [TestCase("statefulsets", """{"spec":{"updateStrategy":{"rollingUpdate":{"partition":-1,"maxUnavailable":0}}}}""",
        "spec.updateStrategy.rollingUpdate.partition: Invalid value: -1: " + NotNegative)]
    [TestCase("statefulsets", """
        {"spec":{"replicas":-1,"volumeClaimTemplates":[{"metadata":{"name":"a"},"spec":{"accessModes":["Odd"],"volumeMode":"X"}},
        {"metadata":{"name":"b"},"spec":{"resources":{"requests":{"storage":"0"}},"storageClassName":"A"}}]}}
        """,
        "spec.volumeClaimTemplates[0].spec.accessModes: Unsupported value: \"Odd\": supported values: \"ReadOnlyMany\", "
        + "\"ReadWriteMany\", \"ReadWriteOnce\", \"ReadWriteOncePod\"",
        "spec.volumeClaimTemplates[0].spec.resources[storage]: Required value",
        "spec.volumeClaimTemplates[0].spec.volumeMode: Unsupported value: \"X\": supported values: \"Block\", \"Filesystem\"",
        "spec.volumeClaimTemplates[1].spec.accessModes: Required value: at least 1 access mode is required",
        "spec.volumeClaimTemplates[1].spec.resources[storage]: Invalid value: \"0\": must be greater than zero",
        "spec.volumeClaimTemplates[1].spec.storageClassName: Invalid value: \"A\": " + Subdomain,
        "spec.replicas: Invalid value: -1: " + NotNegative)]
    [TestCase("statefulsets", """{"spec":{"persistentVolumeClaimRetentionPolicy":{"whenScaled":"Burn"}}}""",
        "spec.persistentVolumeClaimRetentionPolicy.whenScaled: Unsupported value: \"Burn\": supported values: \"Retain\", "
        + "\"Delete\"")]
    [TestCase("statefulsets", """{"spec":{"ordinals":{"start":-1},"serviceName":"a.b"}}""",
        "spec.ordinals.start: Invalid value: -1: " + NotNegative,
        "spec.serviceName: Invalid value: \"a.b\": must not contain dots")]
    [TestCase("statefulsets", """
        {"spec":{"template":{"spec":{"containers":[{"name":"c","image":"i","volumeMounts":[{"name":"x","mountPath":"/x"},
        {"name":"data","mountPath":"/d"}]}]}},"volumeClaimTemplates":[{"metadata":{"name":"data"},"spec":{"accessModes":
        ["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}]}}
        """, "spec.template.spec.containers[0].volumeMounts[0].name: Not found: \"x\"")]
    [TestCase("controllerrevisions", """{"data":null,"revision":-1}""", "data: Required value: data is mandatory",
        "revision: Invalid value: -1: " + NotNegative)]
    public async Task Create_Apps_Causes(string resource, string patch, params string[] causes) =>
        Assert.That(await _server.CreateAsync(resource, patch), Is.EqualTo(causes));

    [TestCase("""{"template":{"spec":{"restartPolicy":"Always"}}}""",
        "spec.template.spec.restartPolicy: Required value: valid values: \"OnFailure\", \"Never\"")]
    [TestCase("""{"parallelism":-1,"backoffLimit":-1}""", "spec.parallelism: Invalid value: -1: " + NotNegative,
        "spec.backoffLimit: Invalid value: -1: " + NotNegative)]
    [TestCase("""{"maxFailedIndexes":1}""",
        "spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified",
        "spec.maxFailedIndexes: Invalid value: 1: requires indexed completion mode")]
    [TestCase("""{"completionMode":"Odd"}""",
        "spec.completionMode: Unsupported value: \"Odd\": supported values: \"NonIndexed\", \"Indexed\"")]
    [TestCase("""{"completionMode":"Indexed","parallelism":100001}""",
        "spec.completions: Required value: when completion mode is Indexed",
        "spec.parallelism: Invalid value: 100001: must be less than or equal to 100000 when completion mode is Indexed")]
    [TestCase("{" + Indexed + ",\"backoffLimitPerIndex\":1,\"maxFailedIndexes\":5}",
        "spec.maxFailedIndexes: Invalid value: 5: must be less than or equal to completions")]
    [TestCase("""{"managedBy":"me"}""",
        "spec.managedBy: Invalid value: \"me\": must be a domain-prefixed path (such as \"acme.io/foo\")")]
    [TestCase("""{"podFailurePolicy":{"rules":[{"action":"Ignore"}]}}""",
        "spec.podFailurePolicy.rules[0]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required")]
    [TestCase("""{"podFailurePolicy":{"rules":[{"onExitCodes":{"operator":"In","values":[2,0,2]}}]}}""",
        "spec.podFailurePolicy.rules[0].action: Required value: valid values: [\"Count\" \"FailIndex\" \"FailJob\" \"Ignore\"]",
        "spec.podFailurePolicy.rules[0].onExitCodes.values[1]: Invalid value: 0: must not be 0 for the In operator",
        "spec.podFailurePolicy.rules[0].onExitCodes.values[2]: Duplicate value: 2",
        "spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: [2,0,2]: must be ordered")]
    [TestCase("""
        {"podFailurePolicy":{"rules":[{"action":"FailIndex","onExitCodes":{"operator":"Is","containerName":"x","values":[1]}}]}}
        """,
        "spec.podFailurePolicy.rules[0].action: Invalid value: \"FailIndex\": requires the backoffLimitPerIndex to be set",
        "spec.podFailurePolicy.rules[0].onExitCodes.operator: Unsupported value: \"Is\": supported values: \"In\", \"NotIn\"",
        "spec.podFailurePolicy.rules[0].onExitCodes.containerName: Invalid value: \"x\": must be one of the container or "
        + "initContainer names in the pod template")]
    [TestCase("""
        {"podFailurePolicy":{"rules":[{"action":"Count","onPodConditions":[{"type":"DisruptionTarget","status":"Maybe"}]}]},
        "podReplacementPolicy":"TerminatingOrFailed"}
        """,
        "spec.podFailurePolicy.rules[0].onPodConditions[0].status: Unsupported value: \"Maybe\": supported values: \"False\", "
        + "\"True\", \"Unknown\"",
        "spec.podReplacementPolicy: Unsupported value: \"TerminatingOrFailed\": supported values: \"Failed\"")]
    [TestCase("""
        {"podFailurePolicy":{"rules":[]},"template":{"spec":{"restartPolicy":"OnFailure"}}}
        """,
        "spec.template.spec.restartPolicy: Invalid value: \"OnFailure\": only \"Never\" is supported when podFailurePolicy is "
        + "specified")]
    [TestCase("""{"successPolicy":{"rules":[{"succeededCount":1}]}}""",
        "spec.successPolicy: Invalid value: {\"rules\":[{\"succeededCount\":1}]}: requires indexed completion mode")]
    [TestCase("{" + Indexed + ",\"successPolicy\":{\"rules\":[{\"succeededIndexes\":\"0-1,9\"},{\"succeededIndexes\":\"2-1\"},"
        + "{\"succeededIndexes\":\"0,2\",\"succeededCount\":3},{}]}}",
        "spec.successPolicy.rules[0].succeededIndexes: Invalid value: \"0-1,9\": error parsing succeededIndexes: too large "
        + "index: \"9\"",
        "spec.successPolicy.rules[1].succeededIndexes: Invalid value: \"2-1\": error parsing succeededIndexes: non-increasing "
        + "order, previous: 2, current: 1",
        "spec.successPolicy.rules[2].succeededCount: Invalid value: 3: must be less than or equal to 2 (the number of indexes "
        + "in the specified succeededIndexes field)",
        "spec.successPolicy.rules[3]: Required value: at least one of succeededCount or succeededIndexes must be specified")]
    [TestCase("""{"manualSelector":true,"selector":null}""", "spec.selector: Required value",
        "spec.template.metadata.labels: Invalid value: null: `selector` does not match template `labels`")]
    public async Task Create_Job_Causes(string spec, params string[] causes) =>
        Assert.That(await _server.CreateAsync("jobs", "{\"spec\":" + spec + "}"), Is.EqualTo(causes));

    [TestCase("""{"schedule":""}""", "spec.schedule: Required value")]
    [TestCase("""{"schedule":"a * * * *"}""",
        "spec.schedule: Invalid value: \"a * * * *\": failed to parse int from a: strconv.Atoi: parsing \"a\": invalid syntax")]
    [TestCase("""{"schedule":"61 * * * *"}""",
        "spec.schedule: Invalid value: \"61 * * * *\": end of range (61) above maximum (59): 61")]
    [TestCase("""{"schedule":"TZ=UTC * * * * *"}""",
        "spec.schedule: Invalid value: \"TZ=UTC * * * * *\": cannot use TZ or CRON_TZ in schedule, use timeZone field instead")]
    [TestCase("""{"timeZone":"Local"}""",
        "spec.timeZone: Invalid value: \"Local\": timeZone must be an explicit time zone as defined in "
        + "https://www.iana.org/time-zones")]
    [TestCase("""{"timeZone":"Mars/Base"}""", "spec.timeZone: Invalid value: \"Mars/Base\": unknown time zone Mars/Base")]
    [TestCase("""{"concurrencyPolicy":"Race","startingDeadlineSeconds":-1,"failedJobsHistoryLimit":-1}""",
        "spec.startingDeadlineSeconds: Invalid value: -1: " + NotNegative,
        "spec.concurrencyPolicy: Unsupported value: \"Race\": supported values: \"Allow\", \"Forbid\", \"Replace\"",
        "spec.failedJobsHistoryLimit: Invalid value: -1: " + NotNegative)]
    [TestCase("""{"jobTemplate":{"spec":{"manualSelector":true,"selector":{"matchLabels":{"a":"b"}}}}}""",
        "spec.jobTemplate.spec.selector: Invalid value: {\"matchLabels\":{\"a\":\"b\"}}: `selector` will be auto-generated",
        "spec.jobTemplate.spec.manualSelector: Unsupported value: true: supported values: \"nil\", \"false\"")]
    public async Task Create_CronJob_Causes(string spec, params string[] causes) =>
        Assert.That(await _server.CreateAsync("cronjobs", "{\"spec\":" + spec + "}"), Is.EqualTo(causes));

    [Test]
    public async Task Create_CronJobLongName_JobsWouldNotFit() => Assert.That(
        await _server.CreateAsync("cronjobs", "{\"metadata\":{\"name\":\"" + new string('a', 53) + "\"}}"),
        Is.EqualTo(new[] { $"metadata.name: Invalid value: \"{new string('a', 53)}\": must be no more than 52 bytes" }));

    [TestCase("""{"minReplicas":0}""", "spec.minReplicas: Invalid value: 0: must be greater than or equal to 1",
        "spec.metrics: Forbidden: must specify at least one Object or External metric to support scaling to zero replicas")]
    [TestCase("""{"maxReplicas":0}""", "spec.maxReplicas: Invalid value: 0: must be greater than 0",
        "spec.maxReplicas: Invalid value: 0: must be greater than or equal to `minReplicas`")]
    [TestCase("""{"scaleTargetRef":{"kind":"","name":"a/b"}}""", "spec.scaleTargetRef.kind: Required value",
        "spec.scaleTargetRef.name: Invalid value: \"a/b\": may not contain '/'")]
    [TestCase("""{"metrics":[{"type":"Odd"}]}""",
        "spec.metrics[0].type: Unsupported value: \"Odd\": supported values: \"ContainerResource\", \"External\", \"Object\", "
        + "\"Pods\", \"Resource\"",
        "spec.metrics[0].type: Unsupported value: \"Odd\": supported values: \"ContainerResource\", \"External\", \"Object\", "
        + "\"Pods\", \"Resource\"")]
    [TestCase("""{"metrics":[{"type":"Resource"}]}""",
        "spec.metrics[0].resource: Required value: must populate information for the given metric source")]
    [TestCase("""
        {"metrics":[{"type":"Resource","resource":{"name":"","target":{"type":"Utilization","averageUtilization":0,
        "averageValue":"0"}}}]}
        """,
        "spec.metrics[0].resource.name: Required value: must specify a resource name",
        "spec.metrics[0].resource.target.averageValue: Invalid value: \"0\": must be positive",
        "spec.metrics[0].resource.target.averageUtilization: Invalid value: 0: must be greater than 0",
        "spec.metrics[0].resource.target.averageValue: Forbidden: may not set both a target raw value and a target utilization")]
    [TestCase("""
        {"metrics":[{"type":"Pods","pods":{"metric":{"name":"m"},"target":{"type":"Value","value":"1"}},
        "external":{"metric":{"name":"e"},"target":{"type":"Value"}}}]}
        """,
        "spec.metrics[0].external.target.averageValue: Required value: must set either a target value for metric or a per-pod "
        + "target",
        "spec.metrics[0].external: Forbidden: must populate the given metric source only")]
    [TestCase("""
        {"behavior":{"scaleUp":{"stabilizationWindowSeconds":3601,"selectPolicy":"Best","policies":[{"type":"Nodes",
        "value":0,"periodSeconds":1801}]}}}
        """,
        "spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: 3601: must be less than or equal to 3600",
        "spec.behavior.scaleUp.selectPolicy: Unsupported value: \"Best\": supported values: \"Disabled\", \"Max\", \"Min\"",
        "spec.behavior.scaleUp.policies[0].type: Unsupported value: \"Nodes\": supported values: \"Percent\", \"Pods\"",
        "spec.behavior.scaleUp.policies[0].value: Invalid value: 0: must be greater than zero",
        "spec.behavior.scaleUp.policies[0].periodSeconds: Invalid value: 1801: must be less than or equal to 1800")]
    public async Task Create_Autoscaler_Causes(string spec, params string[] causes) => Assert.That(
        await _server.CreateAsync("horizontalpodautoscalers", "{\"spec\":" + spec + "}"), Is.EqualTo(causes));

    [TestCase("""{"minAvailable":-1}""", "spec.minAvailable: Invalid value: -1: " + NotNegative)]
    [TestCase("""{"maxUnavailable":"101%"}""", "spec.maxUnavailable: Invalid value: \"101%\": must not be greater than 100%")]
    [TestCase("""{"maxUnavailable":"150"}""", "spec.maxUnavailable: Invalid value: \"150\": " + NotPercent)]
    [TestCase("""{"unhealthyPodEvictionPolicy":""}""",
        "spec.unhealthyPodEvictionPolicy: Unsupported value: \"\": supported values: \"AlwaysAllow\", \"IfHealthyBudget\"")]
    [TestCase("""{"unhealthyPodEvictionPolicy":"Never"}""",
        "spec.unhealthyPodEvictionPolicy: Unsupported value: \"Never\": supported values: \"AlwaysAllow\", \"IfHealthyBudget\"")]
    [TestCase("""{"selector":{"matchExpressions":[{"key":"a","operator":"In"}]}}""",
        "spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'")]
    public async Task Create_DisruptionBudget_Causes(string spec, params string[] causes) => Assert.That(
        await _server.CreateAsync("poddisruptionbudgets", "{\"spec\":" + spec + "}"), Is.EqualTo(causes));

    [TestCase("statefulsets", "{}", """{"spec":{"serviceName":"s"}}""",
        "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
        + "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden")]
    [TestCase("statefulsets", "{}", """{"spec":{"replicas":2,"minReadySeconds":3,"template":{"metadata":{"labels":{"x":"y"}}}}}""")]
    [TestCase("controllerrevisions", "{}", """{"data":{"a":"c"}}""",
        "data: Invalid value: {\"a\":\"c\"}: field is immutable")]
    [TestCase("jobs", "{}", """{"spec":{"completions":2}}""", "spec.completions: Invalid value: 2: field is immutable")]
    [TestCase("jobs", "{\"spec\":{" + Indexed + "}}", """{"spec":{"completions":5}}""",
        "spec.completions: Invalid value: 5: can only be modified in tandem with spec.parallelism")]
    [TestCase("jobs", "{\"spec\":{" + Indexed + "}}", """{"spec":{"completions":5,"parallelism":5}}""")]
    [TestCase("jobs", """{"spec":{"suspend":true}}""",
        """
        {"spec":{"template":{"metadata":{"labels":{"x":"y"}},"spec":{"nodeSelector":{"a":"b"},"containers":[{"name":"c","image":"i",
        "resources":{"requests":{"cpu":"1"}},"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File",
        "imagePullPolicy":"Always"}]}}}}
        """)]
    [TestCase("cronjobs", "{}", """{"spec":{"schedule":"CRON_TZ=UTC @daily"}}""",
        "spec.schedule: Invalid value: \"CRON_TZ=UTC @daily\": cannot use TZ or CRON_TZ in schedule, use timeZone field instead")]
    public async Task Update_Workload_Causes(string resource, string stored, string change, params string[] causes) =>
        Assert.That(await _server.UpdateAsync(resource, stored, change), Is.EqualTo(causes));

    [TestCase("{}", true)]
    [TestCase("""{"active":1}""", false)]
    [TestCase("""{"startTime":"2026-01-01T00:00:00Z"}""", false)]
    [TestCase("""{"startTime":"2026-01-01T00:00:00Z","conditions":[{"type":"Suspended","status":"True"}]}""", true)]
    public async Task Update_TemplateOfASuspendedJob_MayChangeWhileItIsIdle(string status, bool mayChange)
    {
        const string jobs = "apis/batch/v1/namespaces/default/jobs";
        const string patch = "application/merge-patch+json";
        var (created, job) = await _server.Http.SendAsync("POST", jobs, """
            {"metadata":{"generateName":"idle-"},"spec":{"suspend":true,"template":{"spec":{"restartPolicy":"Never",
            "containers":[{"name":"c","image":"i"}]}}}}
            """);
        Assert.That(created, Is.EqualTo(201), job.ToJsonString());
        var path = $"{jobs}/{job["metadata"]!["name"]}";
        var (told, answer) = await _server.Http.SendAsync("PATCH", path + "/status", "{\"status\":" + status + "}", patch);
        Assert.That(told, Is.EqualTo(200), answer.ToJsonString());

        foreach (var change in new[]
        {
            """{"spec":{"template":{"spec":{"nodeSelector":{"a":"b"}}}}}""",
            """{"spec":{"template":{"spec":{"containers":[{"name":"c","image":"i","resources":{"requests":{"cpu":"1"}}}]}}}}""",
        })
        {
            var (code, body) = await _server.Http.SendAsync("PATCH", path + "?dryRun=All", change, patch);
            Assert.That(code, Is.EqualTo(mayChange ? 200 : 422), body.ToJsonString());
        }
    }

    [Test]
    public async Task Status_StartTimeOfARunningJob_IsImmutable()
    {
        const string jobs = "apis/batch/v1/namespaces/default/jobs";
        const string patch = "application/merge-patch+json";
        var (_, job) = await _server.Http.SendAsync("POST", jobs, """
            {"metadata":{"generateName":"runs-"},"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}}
            """);
        var path = $"{jobs}/{job["metadata"]!["name"]}/status";
        await _server.Http.SendAsync("PATCH", path, """{"status":{"startTime":"2026-01-01T00:00:00Z"}}""", patch);

        var (code, moved) = await _server.Http.SendAsync("PATCH", path, """{"status":{"startTime":"2026-01-02T00:00:00Z"}}""", patch);
        var (_, removed) = await _server.Http.SendAsync("PATCH", path, """{"status":{"startTime":null}}""", patch);

        Assert.That(code, Is.EqualTo(422));
        Assert.That(
            (string?)moved["details"]!["causes"]![0]!["message"],
            Is.EqualTo("Invalid value: \"2026-01-02T00:00:00Z\": field is immutable for unsuspended job once set"));
        Assert.That(
            (string?)removed["details"]!["causes"]![0]!["message"],
            Is.EqualTo("Invalid value: null: field is immutable for unsuspended job once set"));
    }

    [TestCase("deployments", """{"status":{"replicas":1,"readyReplicas":2,"availableReplicas":3}}""",
        "status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas",
        "status.availableReplicas: Invalid value: 3: cannot be greater than status.replicas",
        "status.availableReplicas: Invalid value: 3: cannot be greater than readyReplicas")]
    [TestCase("daemonsets", """{"status":{"numberReady":-1}}""", "status.numberReady: Invalid value: -1: " + NotNegative)]
    [TestCase("statefulsets", """{"status":{"replicas":1,"updatedReplicas":2}}""",
        "status.updatedReplicas: Invalid value: 2: cannot be greater than status.replicas")]
    [TestCase("poddisruptionbudgets", """
        {"status":{"conditions":[{"type":"a b","status":"Yes","reason":"","message":"","lastTransitionTime":
        "2026-01-01T00:00:00Z"}],"expectedPods":-1}}
        """,
        "status.conditions[0].type: Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or "
        + "'.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex "
        + "used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
        "status.conditions[0].status: Unsupported value: \"Yes\": supported values: \"False\", \"True\", \"Unknown\"",
        "status.conditions[0].reason: Required value", "status.expectedPods: Invalid value: -1: " + NotNegative)]
    [TestCase("jobs", """{"status":{"conditions":[{"type":"Failed","status":"True"}],"active":1}}""",
        "status.conditions: Invalid value: cannot set Failed=True condition without the FailureTarget=true condition",
        "status.active: Invalid value: 1: active>0 is invalid for finished job",
        "status.startTime: Required value: startTime is required for finished job")]
    [TestCase("jobs", """{"status":{"conditions":[{"type":"Complete","status":"True"}],"startTime":"2026-01-01T00:00:00Z"}}""",
        "status.completionTime: Required value: completionTime is required for Complete jobs",
        "status.conditions: Invalid value: cannot set Complete=True condition without the SuccessCriteriaMet=true condition")]
    [TestCase("jobs", """{"status":{"ready":2,"active":1,"completedIndexes":"0"}}""",
        "status.completedIndexes: Invalid value: \"0\": cannot set non-empty completedIndexes when non-indexed completion mode",
        "status.ready: Invalid value: 2: cannot set more ready pods than active")]
    public async Task UpdateStatus_Workload_Causes(string resource, string change, params string[] causes) =>
        Assert.That(await _server.UpdateAsync(resource, "{}", change, "status"), Is.EqualTo(causes));

    [TestCase("deployments", """{"metadata":{"name":"a.b"}}""",
        "299 - \"metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label "
        + "is recommended: [must not contain dots]\"")]
    [TestCase("statefulsets", """{"spec":{"revisionHistoryLimit":-1}}""",
        "299 - \"spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended\"")]
    [TestCase("statefulsets", """
        {"spec":{"volumeClaimTemplates":[{"metadata":{"name":"a"},"spec":{"accessModes":["ReadWriteOnce"],"resources":
        {"requests":{"storage":"1500m"}}}}]}}
        """,
        "299 - \"spec.volumeClaimTemplates[0].resources.requests[storage]: fractional byte value \\\"1500m\\\" is invalid, must be an "
        + "integer\"")]
    public async Task Create_OddWorkload_Warning(string resource, string patch, string warning) =>
        Assert.That(await _server.WarningsAsync(resource, patch), Is.EqualTo(new[] { warning }));
}
