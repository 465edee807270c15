using System.Diagnostics;
using System.Text.Json.Nodes;
using Kube1.Api.Validation;

namespace Kube1.Tests.Registry;

/// <summary>Every create of a pod pays for its rules: sound pods must come through with little garbage.</summary>
public sealed class PodValidationCostTests
{
    private const int Rounds = 400;

    /// <summary>For a pod of 4 KB: its typed view, and little more.</summary>
    private const int MaxBytes = 100_000;

    [Test]
    public void Validate_FourKilobytes_AllocatesLittle()
    {
        var pod = Pod();
        Check(pod);
        Check(pod);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < Rounds; i++)
        {
            Check(pod);
        }

        var bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / Rounds;
        var micros = Stopwatch.GetElapsedTime(start).TotalMicroseconds / Rounds;
        TestContext.Out.WriteLine($"{pod.ToJsonString().Length} B of JSON: {micros:F0} us, {bytes} B allocated");
        Assert.That(bytes, Is.LessThan(MaxBytes));
    }

    private static void Check(JsonObject pod)
    {
        var errors = new FieldErrorList();
        Kind.Pods.Strategy.Default(pod);
        Kind.Pods.Strategy.Validate(Kind.Pods.Context, pod, errors);
        var warnings = Kind.Pods.Strategy.Warnings(Kind.Pods.Context, pod, null).Count();
        Assert.That(errors.Count + warnings, Is.Zero);
    }

    private static JsonObject Pod()
    {
        const string container = """
            {"name":"NAME","image":"registry.example.com/team/app:1.2.3","command":["/bin/app","--flag"],
            "ports":[{"name":"PORT","containerPort":NUMBER}],
            "env":[{"name":"A","value":"1"},{"name":"B","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}},
            {"name":"C","valueFrom":{"secretKeyRef":{"name":"s","key":"k"}}}],
            "resources":{"requests":{"cpu":"100m","memory":"64Mi"},"limits":{"memory":"128Mi"}},
            "livenessProbe":{"httpGet":{"path":"/healthz","port":8080}},"readinessProbe":{"tcpSocket":{"port":8080}},
            "volumeMounts":[{"name":"config","mountPath":"/etc/app"},{"name":"tmp","mountPath":"/tmp"}],
            "securityContext":{"runAsNonRoot":true,"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]}}}
            """;
        var containers = Enumerable.Range(0, 3).Select(i => container
            .Replace("NAME", $"c{i}", StringComparison.Ordinal).Replace("PORT", $"p{i}", StringComparison.Ordinal)
            .Replace("NUMBER", $"{8080 + i}", StringComparison.Ordinal));
        return Kind.Json($$$"""
            {"metadata":{"name":"a","namespace":"default","labels":{"app":"a","tier":"web"}},"spec":{
            "containers":[{{{string.Join(',', containers)}}}],"nodeSelector":{"kubernetes.io/os":"linux"},"serviceAccountName":"sa",
            "volumes":[{"name":"config","configMap":{"name":"m"}},{"name":"tmp","emptyDir":{}}],
            "tolerations":[{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}]}}
            """);
    }
}
