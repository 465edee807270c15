using Kube1.Api.Models;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core.PodSpecs;

/// <summary>The containers of a pod: regular, init and ephemeral ones, with upstream's paths and words.</summary>
internal static class ContainerRules
{
    private const string SidecarsOnly = "may not be set for init containers without restartPolicy=Always";

    private const string NotEphemeral = "cannot be set for an Ephemeral Container";

    private const string Restart = "RestartContainer";

    private const int MaxRestartRules = 20;

    private const int MaxExitCodes = 255;

    private static readonly string[] PullPolicies = ["Always", "IfNotPresent", "Never"];

    private static readonly string[] RestartPolicies = ["Always", "Never", "OnFailure"];

    /// <summary>
    /// Checks all containers of a pod. With <paramref name="initMayRestart"/> init containers that are resized by a restart
    /// are passed over, because the stored pod has one.
    /// </summary>
    public static void Validate(
        V1PodSpec spec, Dictionary<string, V1Volume> volumes, FieldPath path, FieldErrorList errors, bool initMayRestart)
    {
        var pod = new Pod(spec, volumes, ResourceRules.ClaimNames(spec), errors);
        ValidateRegular(pod, path.Child("containers"));
        ValidateInit(pod, path.Child("initContainers"), initMayRestart);
        ValidateEphemeral(pod, path.Child("ephemeralContainers"));
    }

    /// <summary>When an image is pulled.</summary>
    public static void ValidatePullPolicy(string? policy, FieldPath path, FieldErrorList errors) =>
        errors.OneOf(path, policy, PullPolicies);

    /// <summary>Whether a plain init container of a PodSpec would restart to be resized.</summary>
    public static bool HasInitRestart(V1PodSpec? spec) => spec?.InitContainers?.Any(container =>
        container.RestartPolicy != "Always" && container.ResizePolicy?.Any(policy => policy.RestartPolicy == Restart) == true)
        == true;

    /// <summary>In a pod, not in a template, an image has no blanks around it.</summary>
    public static void ValidateTrimmed(string? image, FieldPath path, FieldErrorList errors)
    {
        if (image is not null && image.Trim().Length != image.Length)
        {
            errors.Invalid(path.Child("image"), image, "must not have leading or trailing whitespace");
        }
    }

    private static void ValidateRegular(Pod pod, FieldPath path)
    {
        var errors = pod.Errors;
        if (pod.Spec.Containers.Count == 0)
        {
            errors.Required(path);
            return;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        var hostPorts = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (container, at) in pod.Spec.Containers.Indexed(path))
        {
            ValidateAny(container, pod, at);
            if (!names.Add(container.Name))
            {
                errors.Duplicate(at.Child("name"), container.Name);
            }

            ProbeRules.Validate(container, pod.Spec.TerminationGracePeriodSeconds, at, errors);
            ValidateRestarts(container, at, errors);
        }

        foreach (var (container, at) in pod.Spec.Containers.Indexed(path))
        {
            PortRules.ValidateHostPorts(container, at.Child("ports"), hostPorts, errors);
        }
    }

    /// <summary>An init container that always restarts is a sidecar (KEP-753) and may have what containers have.</summary>
    private static void ValidateInit(Pod pod, FieldPath path, bool mayRestart)
    {
        if (pod.Spec.InitContainers is not { Count: > 0 } containers)
        {
            return;
        }

        var errors = pod.Errors;
        var names = pod.Spec.Containers.Select(container => container.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var (container, at) in containers.Indexed(path))
        {
            ValidateAny(container, pod, at);
            ValidateRestarts(container, at, errors);
            if (container.Name.Length > 0 && !names.Add(container.Name))
            {
                errors.Duplicate(at.Child("name"), container.Name);
            }

            // They run one by one, so each has the host's ports for itself.
            PortRules.ValidateHostPorts(container, path.Index(0).Child("ports"), [], errors);
            if (container.RestartPolicy == "Always")
            {
                ProbeRules.Validate(container, pod.Spec.TerminationGracePeriodSeconds, at, errors);
                continue;
            }

            Forbid(container.Lifecycle, at.Child("lifecycle"), SidecarsOnly, errors);
            Forbid(container.LivenessProbe, at.Child("livenessProbe"), SidecarsOnly, errors);
            Forbid(container.ReadinessProbe, at.Child("readinessProbe"), SidecarsOnly, errors);
            Forbid(container.StartupProbe, at.Child("startupProbe"), SidecarsOnly, errors);
            if (!mayRestart)
            {
                ForbidRestart(container.ResizePolicy, at.Child("resizePolicy"), errors);
            }
        }
    }

    // It would begin its work anew.
    private static void ForbidRestart(List<V1ContainerResizePolicy>? policies, FieldPath path, FieldErrorList errors)
    {
        foreach (var (policy, at) in policies.Indexed(path))
        {
            if (policy.RestartPolicy == Restart)
            {
                errors.Invalid(
                    at.Child("restartPolicy"), Restart, "must not be set to 'RestartContainer' for non-sidecar initContainers");
            }
        }
    }

    private static void ValidateEphemeral(Pod pod, FieldPath path)
    {
        if (pod.Spec.EphemeralContainers is not { Count: > 0 } containers)
        {
            return;
        }

        var errors = pod.Errors;
        var targets = pod.Spec.Containers.Concat(pod.Spec.InitContainers ?? []).Select(container => container.Name)
            .ToHashSet(StringComparer.Ordinal);
        var names = new HashSet<string>(targets, StringComparer.Ordinal);
        foreach (var (ephemeral, at) in containers.Indexed(path))
        {
            var container = ephemeral.ToContainer();
            ValidateAny(container, pod, at);
            ValidateTrimmed(container.Image, at, errors);
            if (!names.Add(ephemeral.Name))
            {
                errors.Duplicate(at.Child("name"), ephemeral.Name);
            }

            if (ephemeral.TargetContainerName is { Length: > 0 } target && !targets.Contains(target))
            {
                errors.NotFound(at.Child("targetContainerName"), target);
            }

            ForbidServing(container, at, errors);
            foreach (var (mount, mountAt) in ephemeral.VolumeMounts.Indexed(at.Child("volumeMounts")))
            {
                Forbid(mount.SubPath is "" ? null : mount.SubPath, mountAt.Child("subPath"), NotEphemeral, errors);
                Forbid(mount.SubPathExpr is "" ? null : mount.SubPathExpr, mountAt.Child("subPathExpr"), NotEphemeral, errors);
            }
        }
    }

    // Nothing should rely on a container that is there to look around.
    private static void ForbidServing(V1Container container, FieldPath path, FieldErrorList errors)
    {
        var resources = container.Resources is { Limits: null, Requests: null, Claims: null } ? null : container.Resources;
        Forbid(container.Ports, path.Child("ports"), NotEphemeral, errors);
        Forbid(resources, path.Child("resources"), NotEphemeral, errors);
        Forbid(container.ResizePolicy, path.Child("resizePolicy"), NotEphemeral, errors);
        Forbid(container.RestartPolicy, path.Child("restartPolicy"), NotEphemeral, errors);
        Forbid(container.RestartPolicyRules, path.Child("restartPolicyRules"), NotEphemeral, errors);
        Forbid(container.LivenessProbe, path.Child("livenessProbe"), NotEphemeral, errors);
        Forbid(container.ReadinessProbe, path.Child("readinessProbe"), NotEphemeral, errors);
        Forbid(container.StartupProbe, path.Child("startupProbe"), NotEphemeral, errors);
        Forbid(container.Lifecycle, path.Child("lifecycle"), NotEphemeral, errors);
    }

    private static void Forbid(object? value, FieldPath path, string detail, FieldErrorList errors)
    {
        if (value is not null)
        {
            errors.Forbidden(path, detail);
        }
    }

    private static void ValidateAny(V1Container container, Pod pod, FieldPath path)
    {
        var errors = pod.Errors;
        errors.RequiredName(path.Child("name"), container.Name, NameRules.IsDns1123Label);
        errors.RequiredText(path.Child("image"), container.Image);
        errors.OneInOrder(
            path.Child("terminationMessagePolicy"), container.TerminationMessagePolicy, "File", "FallbackToLogsOnError");
        PortRules.ValidateContainer(container.Ports, path.Child("ports"), errors);
        EnvironmentRules.Validate(container.Env, path.Child("env"), errors);
        EnvironmentRules.ValidateFrom(container.EnvFrom, path.Child("envFrom"), errors);
        MountRules.Validate(container, path, pod.Volumes, errors);
        ValidatePullPolicy(container.ImagePullPolicy, path.Child("imagePullPolicy"), errors);
        ResourceRules.Validate(container.Resources, pod.Claims, path.Child("resources"), errors);
        ValidateResizing(container.ResizePolicy, pod.Spec.RestartPolicy, path.Child("resizePolicy"), errors);
        SecurityRules.ValidateContainer(
            container.SecurityContext, pod.Spec.HostUsers != false, path.Child("securityContext"), errors);
    }

    // Upstream's paths of all but duplicates name no item.
    private static void ValidateResizing(
        List<V1ContainerResizePolicy>? policies, string? restartPolicy, FieldPath path, FieldErrorList errors)
    {
        if (policies is null)
        {
            return;
        }

        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (policy, at) in policies.Indexed(path))
        {
            if (!known.Add(policy.ResourceName))
            {
                errors.Duplicate(at, policy.ResourceName);
            }

            errors.OneOf(path, policy.ResourceName, ["cpu", "memory"]);
            errors.OneOf(path, policy.RestartPolicy, ["NotRequired", Restart]);
            if (restartPolicy == "Never" && policy.RestartPolicy != "NotRequired")
            {
                errors.Invalid(path, policy.RestartPolicy, "must be 'NotRequired' when `restartPolicy` is 'Never'");
            }
        }
    }

    /// <summary>A container's own restart policy and the rules that go before it (KEP-5307).</summary>
    private static void ValidateRestarts(V1Container container, FieldPath path, FieldErrorList errors)
    {
        var at = path.Child("restartPolicy");
        var rules = container.RestartPolicyRules;
        if (container.RestartPolicy is { } policy)
        {
            if (!RestartPolicies.Contains(policy))
            {
                errors.NotSupported(at, policy, RestartPolicies);
            }
        }
        else if (rules is { Count: > 0 })
        {
            errors.Required(at, "must specify restartPolicy when restart rules are used");
        }

        if (rules?.Count > MaxRestartRules)
        {
            errors.TooMany(path.Child("restartPolicyRules"), rules.Count, MaxRestartRules);
        }

        foreach (var (rule, ruleAt) in rules.Indexed(path.Child("restartPolicyRules")))
        {
            ValidateRestartRule(rule, ruleAt, errors);
        }
    }

    private static void ValidateRestartRule(V1ContainerRestartRule rule, FieldPath path, FieldErrorList errors)
    {
        if (rule.Action is not ("Restart" or "RestartAllContainers"))
        {
            errors.NotSupported(path.Child("action"), rule.Action, ["Restart", "RestartAllContainers"]);
        }

        if (rule.ExitCodes is not { } codes)
        {
            errors.Required(path.Child("exitCodes"), "must be specified");
            return;
        }

        if (codes.Operator is not ("In" or "NotIn"))
        {
            errors.NotSupported(path.Child("exitCodes", "operator"), codes.Operator, ["In", "NotIn"]);
        }

        if (codes.Values?.Count > MaxExitCodes)
        {
            errors.TooMany(path.Child("exitCodes", "values"), codes.Values.Count, MaxExitCodes);
        }
    }

    private static V1Container ToContainer(this V1EphemeralContainer container) => new()
    {
        Name = container.Name,
        Image = container.Image,
        Command = container.Command,
        Args = container.Args,
        WorkingDir = container.WorkingDir,
        Ports = container.Ports,
        EnvFrom = container.EnvFrom,
        Env = container.Env,
        Resources = container.Resources,
        ResizePolicy = container.ResizePolicy,
        RestartPolicy = container.RestartPolicy,
        RestartPolicyRules = container.RestartPolicyRules,
        VolumeMounts = container.VolumeMounts,
        VolumeDevices = container.VolumeDevices,
        LivenessProbe = container.LivenessProbe,
        ReadinessProbe = container.ReadinessProbe,
        StartupProbe = container.StartupProbe,
        Lifecycle = container.Lifecycle,
        TerminationMessagePath = container.TerminationMessagePath,
        TerminationMessagePolicy = container.TerminationMessagePolicy,
        ImagePullPolicy = container.ImagePullPolicy,
        SecurityContext = container.SecurityContext,
    };

    /// <summary>What the rules of a container need to know of its pod.</summary>
    private sealed record Pod(
        V1PodSpec Spec, Dictionary<string, V1Volume> Volumes, HashSet<string> Claims, FieldErrorList Errors);
}
