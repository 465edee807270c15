using System.Text.Json.Nodes;
using Kube1.Api.Models;
using Kube1.ApiServer.Admission.PodSecurityStandards;

namespace Kube1.Tests.Admission;

/// <summary>
/// Each rule on both sides of each release in which it changed. A line of the table is a level, what is different in a pod
/// that every level admits, and what is found wrong with it: nothing, or upstream's words.
/// </summary>
[TestFixture]
public sealed class PodSecurityCheckTests
{
    private const string Sound =
        """
        {"metadata":{},"spec":{"securityContext":{"runAsNonRoot":true,"seccompProfile":{"type":"RuntimeDefault"}},
        "containers":[{"name":"a","securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]}}}]}}
        """;

    private static IEnumerable<TestCaseData> Cases() => PodSecurityTable.Lines.Select(line =>
        new TestCaseData(line.Level, line.Change, line.Expected).SetName($"Evaluate_{line.Level}_{line.Change}"));

    [TestCaseSource(nameof(Cases))]
    public void Evaluate_ChangedPod_FindsWhatUpstreamFinds(string level, string change, string expected)
    {
        var pod = JsonNode.Parse(Sound)!.AsObject();
        Merge(pod, JsonNode.Parse(change)!.AsObject());

        var violations = PodSecurityEvaluator.Evaluate(Policy(level), Facts(pod));

        Assert.That(PodViolation.Details(violations), Is.EqualTo(expected));
    }

    [Test]
    public void Table_HasEachRulePassingAndFailing()
    {
        var failing = PodSecurityTable.Lines.Where(l => l.Expected.Length > 0).Select(l => l.Expected).ToList();
        string[] reasons =
        [
            "forbidden AppArmor profile", "non-default capabilities", "host namespaces", "hostPath volumes", "hostPort",
            "probe or lifecycle host", "privileged", "procMount", "seLinuxOptions", "seccompProfile", "forbidden sysctls",
            "hostProcess", "allowPrivilegeEscalation != false", "unrestricted capabilities", "restricted volume types",
            "runAsNonRoot != true", "runAsUser=0",
        ];

        Assert.That(
            reasons.Where(r => !failing.Exists(f => f.StartsWith(r, StringComparison.Ordinal))), Is.Empty,
            "a rule that no line of the table breaks");
        Assert.That(PodCheckCatalog.All, Has.Count.EqualTo(19));
    }

    [TestCase("privileged:latest")]
    [TestCase("baseline:latest")]
    [TestCase("restricted:latest")]
    [TestCase("restricted:v1.0")]
    [TestCase("restricted:v1.999")]
    public void Evaluate_SoundPod_IsAdmittedByAllLevels(string level) =>
        Assert.That(PodSecurityEvaluator.Evaluate(Policy(level), Facts(JsonNode.Parse(Sound)!.AsObject())), Is.Empty);

    [Test]
    public void Evaluate_BarePod_ListsReasonsInUpstreamsOrder()
    {
        var pod = JsonNode.Parse(
            """
            {"metadata":{},"spec":{"hostPID":true,"containers":[{"name":"a","securityContext":{"privileged":true}},
            {"name":"b"}]}}
            """)!.AsObject();

        Assert.That(
            PodViolation.Details(PodSecurityEvaluator.Evaluate(Policy("restricted:latest"), Facts(pod))),
            Is.EqualTo(
                "host namespaces (hostPID=true), privileged (container \"a\" must not set securityContext.privileged=true), "
                + "allowPrivilegeEscalation != false (containers \"a\", \"b\" must set "
                + "securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (containers \"a\", \"b\" must set "
                + "securityContext.capabilities.drop=[\"ALL\"]), runAsNonRoot != true (pod or containers \"a\", \"b\" must set "
                + "securityContext.runAsNonRoot=true), seccompProfile (pod or containers \"a\", \"b\" must set "
                + "securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")"));
    }

    [TestCase("latest", "latest")]
    [TestCase("v1.0", "v1.0")]
    [TestCase("v1.36", "v1.36")]
    [TestCase("v1.2147483648", "v1.2147483648")]
    [TestCase("v1.9223372036854775808", null)]
    [TestCase("v1.01", null)]
    [TestCase("v1.", null)]
    [TestCase("v2.1", null)]
    [TestCase("v1.-1", null)]
    [TestCase("v1.+1", null)]
    [TestCase("v1. 1", null)]
    [TestCase("Latest", null)]
    [TestCase("", null)]
    public void ParseVersion_Text_IsReadAsUpstream(string text, string? expected)
    {
        var isVersion = PolicyVersion.TryParse(text, out var version);

        Assert.That(isVersion ? version.ToString() : null, Is.EqualTo(expected));
    }

    internal static LevelVersion Policy(string text)
    {
        var parts = text.Split(':');
        Assert.That(LevelVersion.TryParseLevel(parts[0], out var level), Is.True);
        Assert.That(PolicyVersion.TryParse(parts[1], out var version), Is.True);
        return new LevelVersion(level, version);
    }

    private static PodFacts Facts(JsonObject pod) => PodFacts.Of(
        KubeJson.Deserialize<V1ObjectMeta>(pod["metadata"]!), KubeJson.Deserialize<V1PodSpec>(pod["spec"]!));

    // As a JSON merge patch, but "container" changes the container and "annotations" and all others what they name.
    private static void Merge(JsonObject pod, JsonObject change)
    {
        foreach (var (name, value) in change)
        {
            var target = name switch
            {
                "container" => pod["spec"]!["containers"]![0]!.AsObject(),
                "annotations" => pod["metadata"]!.AsObject(),
                _ => pod["spec"]!.AsObject(),
            };
            MergeInto(target, name == "container" ? value!.AsObject() : new JsonObject { [name] = value?.DeepClone() });
        }
    }

    private static void MergeInto(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is JsonObject inner && target[name] is JsonObject known)
            {
                MergeInto(known, inner);
            }
            else if (value is null)
            {
                target.Remove(name);
            }
            else
            {
                target[name] = value.DeepClone();
            }
        }
    }
}
