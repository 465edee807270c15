using System.Text.Json.Nodes;
using Kube1.Api.Validation;

namespace Kube1.Tests.Registry;

/// <summary>What is wrong with pods, in upstream's paths and words: one row a rule.</summary>
public sealed class PodValidationTests
{
    private const string DeletionCost = "controller.kubernetes.io/pod-deletion-cost";

    private const string Changeable =
        "spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,"
        + "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing "
        + "tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

    [Test]
    public void Create_SmallestPod_IsSound() => Assert.That(Kind.Pods.Validate(Pod()), Is.Empty);

    [Test]
    public void Create_EveryFeature_IsSound() => Assert.That(Kind.Pods.Validate(Pod(
        spec: """
            "hostname":"h","serviceAccountName":"sa","subdomain":"d","nodeSelector":{"a":"b"},"os":{"name":"linux"},"activeDeadlineSeconds":5,
            "tolerations":[{"operator":"Exists"},{"key":"k","operator":"Equal","value":"v","effect":"NoExecute","tolerationSeconds":3}],
            "volumes":[{"name":"v"},{"name":"s","secret":{"secretName":"x","items":[{"key":"a","path":"b/c"}]}},
                {"name":"p","projected":{"sources":[{"serviceAccountToken":{"path":"token"}},{"configMap":{"name":"ca"}},
                {"downwardAPI":{"items":[{"path":"ns","fieldRef":{"fieldPath":"metadata.namespace"}}]}}]}}],
            "initContainers":[{"name":"i","image":"x","restartPolicy":"Always","startupProbe":{"tcpSocket":{"port":80}}}],
            "affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[
                {"matchExpressions":[{"key":"a","operator":"In","values":["b"]}]}]}}},
            "topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"zone","whenUnsatisfiable":"DoNotSchedule"}],
            "securityContext":{"runAsUser":1000,"sysctls":[{"name":"kernel.shm_rmid_forced","value":"1"}]}
            """,
        container: """
            "ports":[{"name":"http","containerPort":80},{"containerPort":80,"protocol":"UDP"}],
            "env":[{"name":"A","value":"b"},{"name":"B","valueFrom":{"fieldRef":{"fieldPath":"metadata.labels['app']"}}}],
            "volumeMounts":[{"name":"v","mountPath":"/a","subPath":"b/c"}],
            "resources":{"limits":{"cpu":"1","example.com/gpu":"2"},"requests":{"cpu":"500m"}},
            "livenessProbe":{"httpGet":{"port":"http"}},"lifecycle":{"preStop":{"sleep":{"seconds":1}}}
            """)), Is.Empty);

    [TestCase("\"hostname\":\"a.b\"", "spec.hostname: Invalid value: \"a.b\": must not contain dots")]
    [TestCase("\"restartPolicy\":\"Sometimes\"",
        "spec.restartPolicy: Unsupported value: \"Sometimes\": supported values: \"Always\", \"OnFailure\", \"Never\"")]
    [TestCase("\"activeDeadlineSeconds\":0",
        "spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive")]
    [TestCase("\"volumes\":[{\"name\":\"v\"},{\"name\":\"v\"}]", "spec.volumes[1].name: Duplicate value: \"v\"")]
    [TestCase("\"volumes\":[{\"name\":\"v\",\"emptyDir\":{},\"hostPath\":{\"path\":\"/\"}}]",
        "spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type")]
    [TestCase("\"volumes\":[{\"name\":\"v\",\"configMap\":{}}]", "spec.volumes[0].configMap.name: Required value")]
    [TestCase("\"volumes\":[{\"name\":\"v\",\"secret\":{\"secretName\":\"s\",\"defaultMode\":512}}]",
        "spec.volumes[0].secret.defaultMode: Invalid value: 512: must be a number between 0 and 0777 (octal), both inclusive")]
    [TestCase("\"tolerations\":[{\"key\":\"a\",\"operator\":\"Exists\",\"effect\":\"NoSchedule\",\"tolerationSeconds\":1}]",
        "spec.tolerations[0].effect: Invalid value: \"NoSchedule\": effect must be 'NoExecute' when `tolerationSeconds` is set")]
    [TestCase("\"tolerations\":[{}]",
        "spec.tolerations[0].operator: Invalid value: \"\": operator must be Exists when `key` is empty, which means \"match "
        + "all values and all keys\"")]
    [TestCase("\"dnsPolicy\":\"None\"", "spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None")]
    [TestCase("\"hostPID\":true,\"shareProcessNamespace\":true",
        "spec.securityContext.shareProcessNamespace: Invalid value: true: ShareProcessNamespace and HostPID cannot both be enabled")]
    [TestCase("\"initContainers\":[{\"name\":\"c\",\"image\":\"i\"}]", "spec.initContainers[0].name: Duplicate value: \"c\"")]
    [TestCase("\"initContainers\":[{\"name\":\"i\",\"image\":\"i\",\"readinessProbe\":{\"tcpSocket\":{\"port\":1}}}]",
        "spec.initContainers[0].readinessProbe: Forbidden: may not be set for init containers without restartPolicy=Always")]
    [TestCase("\"ephemeralContainers\":[{\"name\":\"e\",\"image\":\"i\",\"terminationMessagePolicy\":\"File\"}]",
        "spec.ephemeralContainers: Forbidden: cannot be set on create")]
    [TestCase("\"nodeName\":\"n\",\"schedulingGates\":[{\"name\":\"g\"}]",
        "spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared")]
    [TestCase("\"affinity\":{\"podAffinity\":{\"requiredDuringSchedulingIgnoredDuringExecution\":[{\"topologyKey\":\"a b\"}]}}",
        "spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Invalid value: \"a b\": "
        + "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
        + "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
        + "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')")]
    public void Create_BadSpecField_OneError(string field, string expected) =>
        Assert.That(Kind.Pods.Validate(Pod(spec: field)), Is.EqualTo(new[] { expected }));

    [TestCase("\"image\":\"\"", "spec.containers[0].image: Required value")]
    [TestCase("\"image\":\" i\"",
        "spec.containers[0].image: Invalid value: \" i\": must not have leading or trailing whitespace")]
    [TestCase("\"imagePullPolicy\":\"Perhaps\"",
        "spec.containers[0].imagePullPolicy: Unsupported value: \"Perhaps\": supported values: \"Always\", \"IfNotPresent\", "
        + "\"Never\"")]
    [TestCase("\"ports\":[{\"containerPort\":70000}]",
        "spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive")]
    [TestCase("\"ports\":[{\"name\":\"a\",\"containerPort\":1},{\"name\":\"a\",\"containerPort\":2}]",
        "spec.containers[0].ports[1].name: Duplicate value: \"a\"")]
    [TestCase("\"ports\":[{\"containerPort\":1,\"hostPort\":9},{\"containerPort\":2,\"hostPort\":9}]",
        "spec.containers[0].ports[1].hostPort: Duplicate value: \"TCP//9\"")]
    [TestCase("\"env\":[{\"name\":\"\"}]", "spec.containers[0].env[0].name: Required value")]
    [TestCase("\"env\":[{\"name\":\"a\",\"value\":\"b\",\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"metadata.name\"}}}]",
        "spec.containers[0].env[0].valueFrom: Invalid value: \"\": may not be specified when `value` is not empty")]
    [TestCase("\"env\":[{\"name\":\"a\",\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"a[']\"}}}]",
        "spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: \"a[']\": error converting fieldPath: field "
        + "label not supported: a[']")]
    [TestCase("\"env\":[{\"name\":\"a\",\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"spec.x\"}}}]",
        "spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: \"spec.x\": error converting fieldPath: "
        + "field label not supported: spec.x")]
    [TestCase("\"volumeMounts\":[{\"name\":\"x\",\"mountPath\":\"/x\"}]",
        "spec.containers[0].volumeMounts[0].name: Not found: \"x\"")]
    [TestCase("\"livenessProbe\":{}", "spec.containers[0].livenessProbe: Required value: must specify a handler type")]
    [TestCase("\"livenessProbe\":{\"tcpSocket\":{\"port\":1},\"successThreshold\":2}",
        "spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1")]
    [TestCase("\"resources\":{\"limits\":{\"cpu\":\"1\"},\"requests\":{\"cpu\":\"2\"}}",
        "spec.containers[0].resources.requests: Invalid value: \"2\": must be less than or equal to cpu limit of 1")]
    [TestCase("\"resources\":{\"limits\":{\"memory\":\"-1\"}}",
        "spec.containers[0].resources.limits[memory]: Invalid value: \"-1\": must be greater than or equal to 0",
        "spec.containers[0].resources.requests[memory]: Invalid value: \"-1\": must be greater than or equal to 0")]
    [TestCase("\"securityContext\":{\"runAsUser\":-1}",
        "spec.containers[0].securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive")]
    public void Create_BadContainerField_Errors(string field, params string[] expected) =>
        Assert.That(Kind.Pods.Validate(Pod(container: field)), Is.EqualTo(expected));

    [Test]
    public void Create_NoContainers_Required() => Assert.That(
        Kind.Pods.Validate("""
            {"metadata":{"name":"p"},"spec":{}}
            """), Is.EqualTo(new[] { "spec.containers: Required value" }));

    [TestCase("containers.0.image", "\"j\"", "")]
    [TestCase("activeDeadlineSeconds", "9", "")]
    [TestCase("tolerations", """[{"key":"a","operator":"Exists"},{"key":"b","operator":"Exists"}]""", "")]
    [TestCase("tolerations", """[{"key":"a","operator":"Exists","effect":"NoExecute","tolerationSeconds":3}]""",
        "spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds")]
    [TestCase("containers", "[]", "spec.containers: Required value;spec.containers: Forbidden: pod updates may not add or remove containers")]
    [TestCase("nodeName", "\"n\"", Changeable + "\n+ nodeName: \"n\"")]
    [TestCase("terminationGracePeriodSeconds", "1",
        Changeable + "\n- terminationGracePeriodSeconds: 30\n+ terminationGracePeriodSeconds: 1")]
    public void Update_Field_OnlyWhatMayChange(string field, string value, string expected)
    {
        var old = Stored(Pod(spec: "\"tolerations\":[{\"key\":\"a\",\"operator\":\"Exists\"}]"));
        var obj = Stored(old);
        JsonNode target = obj["spec"]!;
        var names = field.Split('.');
        foreach (var name in names[..^1])
        {
            target = int.TryParse(name, out var index) ? target[index]! : target[name]!;
        }

        target[names[^1]] = JsonNode.Parse(value);

        Assert.That(string.Join(';', Kind.Pods.ValidateUpdate(obj, old)), Is.EqualTo(expected));
    }

    [TestCase("{}", """{"DC":"01"}""", "metadata.annotations[DC]: Invalid value: \"01\": must be a 32bit integer", 2)]
    [TestCase("""{"DC":"x"}""", """{"DC":"y"}""", "", 0)]
    [TestCase("""{"DC":"x"}""", """{"DC":"-7"}""", "", 0)]
    [TestCase("{}", """{"seccomp.security.alpha.kubernetes.io/pod":"odd"}""",
        "metadata.annotations.seccomp.security.alpha.kubernetes.io/pod: Invalid value: \"odd\": must be a valid seccomp profile", 2)]
    public void Update_OnlyAnnotations_AreChecked(string before, string after, string expected, int causes)
    {
        var old = Stored(Pod());
        var obj = Stored(old);
        old["metadata"]!["annotations"] = JsonNode.Parse(before.Replace("DC", DeletionCost, StringComparison.Ordinal));
        obj["metadata"]!["annotations"] = JsonNode.Parse(after.Replace("DC", DeletionCost, StringComparison.Ordinal));

        Assert.That(
            Kind.Pods.ValidateUpdate(obj, old),
            Is.EqualTo(Enumerable.Repeat(expected.Replace("DC", DeletionCost, StringComparison.Ordinal), causes)));
    }

    [Test]
    public void Create_SeveralBadAnnotations_AreListedInUpstreamsOrder()
    {
        var pod = Kind.Json(Pod());
        pod["metadata"]!["annotations"] = new JsonObject
        {
            ["container.apparmor.security.beta.kubernetes.io/c"] = "odd",
            ["container.seccomp.security.alpha.kubernetes.io/c"] = "odd",
            [DeletionCost] = "+1",
            ["kubernetes.io/config.mirror"] = "m",
            ["seccomp.security.alpha.kubernetes.io/pod"] = "odd",
        };

        Assert.That(Kind.Pods.Validate(pod), Is.EqualTo(new[]
        {
            "metadata.annotations[kubernetes.io/config.mirror]: Invalid value: \"m\": must set spec.nodeName if mirror pod "
            + "annotation is set",
            $"metadata.annotations[{DeletionCost}]: Invalid value: \"+1\": must be a 32bit integer",
            "metadata.annotations.seccomp.security.alpha.kubernetes.io/pod: Invalid value: \"odd\": must be a valid seccomp profile",
            "metadata.annotations.container.seccomp.security.alpha.kubernetes.io/c: Invalid value: \"odd\": must be a valid "
            + "seccomp profile",
            "metadata.annotations[container.apparmor.security.beta.kubernetes.io/c]: Invalid value: \"odd\": invalid AppArmor "
            + "profile name: \"odd\"",
        }));
    }

    [Test]
    public void EphemeralContainers_AddedThenChanged_OnlyAddingPasses()
    {
        var old = Stored(Pod());
        var added = Stored(old);
        added["spec"]!["ephemeralContainers"] = JsonNode.Parse("""[{"name":"e","image":"i"}]""");
        added["spec"]!["hostname"] = "ignored";
        Assert.That(SubresourceErrors("ephemeralcontainers", added, old), Is.Empty);
        Assert.That(added["spec"]!["hostname"], Is.Null, "only ephemeral containers are taken over");

        var changed = Stored(added);
        changed["spec"]!["ephemeralContainers"]![0]!["image"] = "j";

        Assert.That(SubresourceErrors("ephemeralcontainers", changed, added), Has.Count.EqualTo(1).And.Some.StartWith(
            "spec.ephemeralContainers: Forbidden: existing ephemeral containers \"e\" may not be changed"));
    }

    [Test]
    public void Resize_CpuThenQosClass_OnlyCpuPasses()
    {
        var old = Stored(Pod(container: "\"resources\":{\"requests\":{\"cpu\":\"1\"}}"));
        var more = Stored(old);
        more["spec"]!["containers"]![0]!["resources"]!["requests"]!["cpu"] = "2";
        more["spec"]!["containers"]![0]!["image"] = "ignored";
        Assert.That(SubresourceErrors("resize", more, old), Is.Empty);
        Assert.That((string?)more["spec"]!["containers"]![0]!["image"], Is.EqualTo("i"));

        var guaranteed = Stored(old);
        guaranteed["spec"]!["containers"]![0]!["resources"] =
            JsonNode.Parse("""{"requests":{"cpu":"1","memory":"1"},"limits":{"cpu":"1","memory":"1"}}""");

        Assert.That(SubresourceErrors("resize", guaranteed, old), Is.EqualTo(new[]
        {
            "spec: Invalid value: \"Burstable\": Pod QOS Class may not change as a result of resizing",
        }));
    }

    [Test]
    public void Warnings_DuplicateEnvironment_OnceAndNotForStatus()
    {
        var pod = Kind.Pods.Defaulted(Pod(container: """
            "env":[{"name":"A","value":"1"},{"name":"A","value":"2"}]
            """));

        Assert.That(Kind.Pods.Strategy.Warnings(Kind.Pods.Context, pod, null), Is.EqualTo(new[]
        {
            "spec.containers[0].env[1]: hides previous definition of \"A\", which may be dropped when using apply",
        }));
        Assert.That(Kind.Pods.Strategy.Warnings(Kind.Pods.Context, pod, pod.DeepClone().AsObject()), Is.Empty);
    }

    [TestCase("containerStatuses", """[{"name":"c","allocatedResourcesStatus":[{"name":"cpu"},{"name":"claim:k/r"}]}]""")]
    [TestCase("containerStatuses", """[{"name":"c","allocatedResourcesStatus":[{"name":"memory"}]}]""",
        "status.containerStatuses[0].allocatedResourcesStatus[0].name: Invalid value: \"memory\": must match one of the "
        + "container's resource requests")]
    [TestCase("containerStatuses", """[{"name":"c","allocatedResourcesStatus":[{"name":"claim:k"}]}]""",
        "status.containerStatuses[0].allocatedResourcesStatus[0].name: Invalid value: \"claim:k\": must match one of the "
        + "container's resource claims in a format 'claim:<claimName>/<request>' or 'claim:<claimName>' if request is empty")]
    [TestCase("containerStatuses", """
        [{"name":"x","allocatedResourcesStatus":[{"name":"any","resources":[{"resourceID":"a","health":"Ill"},{"resourceID":"a","health":"Unknown"}]}]}]
        """,
        "status.containerStatuses[0].allocatedResourcesStatus[0].resources[0].health: Unsupported value: \"Ill\": supported "
        + "values: \"Healthy\", \"Unhealthy\", \"Unknown\"",
        "status.containerStatuses[0].allocatedResourcesStatus[0].resources[1].resourceID: Duplicate value: \"a\"")]
    [TestCase("ephemeralContainerStatuses", """[{"name":"e","allocatedResourcesStatus":[{"name":"cpu"}]}]""",
        "status.ephemeralContainerStatuses[0].allocatedResourcesStatus: Forbidden: must not be specified in container status")]
    public void Status_Field_Errors(string field, string value, params string[] expected)
    {
        var old = Stored(Pod(
            spec: """
                "resourceClaims":[{"name":"k","resourceClaimName":"k"}]
                """,
            container: """
                "resources":{"requests":{"cpu":"1"},"claims":[{"name":"k","request":"r"}]}
                """));
        var obj = Stored(old);
        obj["status"]![field] = JsonNode.Parse(value);
        var errors = new FieldErrorList();

        Kind.Pods.Strategy.ValidateStatusUpdate(Kind.Pods.Context, obj, old, errors);

        Assert.That(errors.Select(e => e.ToString()), Is.EqualTo(expected));
    }

    private static List<string> SubresourceErrors(string subresource, JsonObject obj, JsonObject old)
    {
        Kind.Pods.Strategy.Default(obj);
        Kind.Pods.Strategy.PrepareForSubresourceUpdate(Kind.Pods.Context, subresource, obj, old);
        var errors = new FieldErrorList();
        Kind.Pods.Strategy.ValidateSubresourceUpdate(Kind.Pods.Context, subresource, obj, old, errors);
        return [.. errors.Select(e => e.ToString())];
    }

    private static JsonObject Stored(string text)
    {
        var pod = Kind.Pods.Defaulted(text);
        Kind.Pods.Strategy.PrepareForCreate(Kind.Pods.Context, pod);
        return Kind.Json(pod.ToJsonString());
    }

    private static JsonObject Stored(JsonObject obj) => Kind.Json(obj.ToJsonString());

    // A field given replaces the one of the smallest pod.
    private static string Pod(string spec = "", string container = "")
    {
        var pod = Kind.Json($$$"""{"metadata":{"name":"p"},"spec":{{{{spec}}}}}""");
        var only = Kind.Json("{" + container + "}");
        only["name"] ??= "c";
        only["image"] ??= "i";
        pod["spec"]!["containers"] = new JsonArray(only);
        return pod.ToJsonString();
    }
}
