using System.Text.Json.Nodes;
using Kube1.Api.Json;

namespace Kube1.ApiServer.Registry.Core;

/// <summary>
/// What upstream fills into a PodSpec (k8s.io/kubernetes/pkg/apis/core/v1/defaults.go): some of it in pods and templates
/// alike, some only in pods, so that a template shows what its author wrote. Idempotent.
/// </summary>
internal static class PodSpecDefaults
{
    private const long DefaultGraceSeconds = 30;
    private const long DefaultFileMode = 0x1A4; // 0644

    /// <summary>Fills a pod's or a template's spec.</summary>
    public static void Apply(JsonObject spec)
    {
        spec.Default("restartPolicy", "Always");
        spec.Default("dnsPolicy", "ClusterFirst");
        spec.Default("schedulerName", "default-scheduler");
        spec.Default("terminationGracePeriodSeconds", DefaultGraceSeconds);
        spec.Ensure("securityContext");
        MirrorServiceAccount(spec);
        ResourceDefaults.RoundUp(spec.Child("overhead"));
        ResourceDefaults.RoundUp(spec.Child("resources"));
        foreach (var field in new[] { "initContainers", "containers", "ephemeralContainers" })
        {
            foreach (var container in spec.Items(field))
            {
                ApplyToContainer(container);
            }
        }

        foreach (var volume in spec.Items("volumes"))
        {
            ApplyToVolume(volume);
        }
    }

    /// <summary>Fills a pod's spec: what else a pod has, and a template has not.</summary>
    public static void ApplyToPod(JsonObject spec)
    {
        Apply(spec);
        spec.Default("enableServiceLinks", true);
        var hostNetwork = (bool?)spec["hostNetwork"] == true;
        foreach (var field in new[] { "containers", "initContainers" })
        {
            foreach (var container in spec.Items(field))
            {
                ResourceDefaults.RequestLimits(container.Ensure("resources"));
                if (hostNetwork)
                {
                    TakeHostPorts(container);
                }
            }
        }

        if (spec.Child("resources") is { } resources)
        {
            ResourceDefaults.ApplyToPod(spec, resources);
        }
    }

    /// <summary>The tag `latest`, given or meant, can change under its name; any other is taken as fixed.</summary>
    private static string PullPolicyOf(string image)
    {
        var name = image.Split('@')[0];
        var isPinned = image.Contains('@', StringComparison.Ordinal);
        var colon = name.LastIndexOf(':');
        var tag = colon > name.LastIndexOf('/') ? name[(colon + 1)..] : "";
        return tag == "latest" || (tag.Length == 0 && !isPinned) ? "Always" : "IfNotPresent";
    }

    // The deprecated name of the field follows the one in use, both ways.
    private static void MirrorServiceAccount(JsonObject spec)
    {
        if (spec["serviceAccountName"] is { } name)
        {
            spec.Default("serviceAccount", (string)name!);
        }
        else if (spec["serviceAccount"] is { } old)
        {
            spec["serviceAccountName"] = (string)old!;
        }
    }

    private static void TakeHostPorts(JsonObject container)
    {
        foreach (var port in container.Items("ports"))
        {
            if (port["hostPort"].AsLong() is null or 0 && port["containerPort"] is { } number)
            {
                port["hostPort"] = number.AsLong();
            }
        }
    }

    private static void ApplyToContainer(JsonObject container)
    {
        container.Default("imagePullPolicy", PullPolicyOf((string?)container["image"] ?? ""));
        container.Default("terminationMessagePath", "/dev/termination-log");
        container.Default("terminationMessagePolicy", "File");
        var resources = container.Ensure("resources");
        ResourceDefaults.RoundUp(resources.Child("limits"));
        ResourceDefaults.RoundUp(resources.Child("requests"));
        foreach (var port in container.Items("ports"))
        {
            port.Default("protocol", "TCP");
        }

        foreach (var variable in container.Items("env"))
        {
            DefaultReferences(variable.Child("valueFrom"));
        }

        ApplyToProbe(container.Child("livenessProbe"));
        ApplyToProbe(container.Child("readinessProbe"));
        ApplyToProbe(container.Child("startupProbe"));
        if (container.Child("lifecycle") is { } lifecycle)
        {
            ApplyToHttpGet(lifecycle.Child("postStart").Child("httpGet"));
            ApplyToHttpGet(lifecycle.Child("preStop").Child("httpGet"));
        }
    }

    private static void ApplyToProbe(JsonObject? probe)
    {
        if (probe is null)
        {
            return;
        }

        probe.DefaultIfZero("timeoutSeconds", 1);
        probe.DefaultIfZero("periodSeconds", 10);
        probe.DefaultIfZero("successThreshold", 1);
        probe.DefaultIfZero("failureThreshold", 3);
        ApplyToHttpGet(probe.Child("httpGet"));
        probe.Child("grpc")?.Default("service", "");
    }

    private static void ApplyToHttpGet(JsonObject? action)
    {
        action?.Default("path", "/");
        action?.Default("scheme", "HTTP");
    }

    private static void ApplyToVolume(JsonObject volume)
    {
        // A volume without a source is an emptyDir.
        if (volume.Count == 1 && volume["name"] is not null)
        {
            volume["emptyDir"] = new JsonObject();
            return;
        }

        foreach (var source in new[] { "secret", "configMap", "downwardAPI", "projected" })
        {
            volume.Child(source)?.Default("defaultMode", DefaultFileMode);
        }

        DefaultItems(volume.Child("downwardAPI"));
        foreach (var projection in volume.Child("projected").Items("sources"))
        {
            DefaultItems(projection.Child("downwardAPI"));
            projection.Child("serviceAccountToken")?.Default("expirationSeconds", 3600);
        }

        VolumeSourceDefaults.Apply(volume);
        if (volume.Child("image") is { } image)
        {
            image.Default("pullPolicy", PullPolicyOf((string?)image["reference"] ?? ""));
        }

        if (volume.Child("ephemeral").Child("volumeClaimTemplate").Child("spec") is { } claim)
        {
            claim.Default("volumeMode", "Filesystem");
        }
    }

    private static void DefaultItems(JsonObject? downward)
    {
        foreach (var item in downward.Items("items"))
        {
            DefaultReferences(item);
        }
    }

    private static void DefaultReferences(JsonObject? source)
    {
        source.Child("fieldRef")?.Default("apiVersion", "v1");
        source.Child("resourceFieldRef")?.Default("divisor", "0");
    }
}
