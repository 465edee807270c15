using Kube1.Api.Models;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core.PodSpecs;

/// <summary>Probes and lifecycle hooks: https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/</summary>
internal static class ProbeRules
{
    private const string HandlerType = "handler type";

    /// <summary>All hooks and probes of a container; a pod's grace period bounds how long its hooks may sleep.</summary>
    public static void Validate(V1Container container, long? graceSeconds, FieldPath path, FieldErrorList errors)
    {
        if (container.Lifecycle is { } lifecycle)
        {
            ValidateHook(lifecycle.PostStart, graceSeconds, path.Child("lifecycle", "postStart"), errors);
            ValidateHook(lifecycle.PreStop, graceSeconds, path.Child("lifecycle", "preStop"), errors);
        }

        ValidateLiveness(container.LivenessProbe, path.Child("livenessProbe"), errors);
        ValidateReadiness(container.ReadinessProbe, path.Child("readinessProbe"), errors);
        ValidateLiveness(container.StartupProbe, path.Child("startupProbe"), errors);
    }

    // Liveness and startup probes: one success is enough.
    private static void ValidateLiveness(V1Probe? probe, FieldPath path, FieldErrorList errors)
    {
        if (probe is null)
        {
            return;
        }

        ValidateProbe(probe, path, errors);
        if (probe.SuccessThreshold != 1)
        {
            errors.Invalid(path.Child("successThreshold"), probe.SuccessThreshold ?? 0, "must be 1");
        }
    }

    // Readiness probes kill nothing, so they have no grace period.
    private static void ValidateReadiness(V1Probe? probe, FieldPath path, FieldErrorList errors)
    {
        if (probe is null)
        {
            return;
        }

        ValidateProbe(probe, path, errors);
        if (probe.TerminationGracePeriodSeconds is { } seconds)
        {
            errors.Invalid(
                path.Child("terminationGracePeriodSeconds"), seconds, "must not be set for readinessProbes");
        }
    }

    private static void ValidateProbe(V1Probe probe, FieldPath path, FieldErrorList errors)
    {
        var one = new Alternatives(path, errors, HandlerType);
        ValidateExec(probe.Exec, one, errors);
        ValidateHttp(probe.HttpGet, one, errors);
        ValidateTcp(probe.TcpSocket, one, errors);
        if (one.Take(probe.Grpc, "grpc") is { } grpc)
        {
            PortRules.ValidateNumber(probe.Grpc!.Port, grpc.Child("port"), errors);
        }

        one.Done();
        errors.NotNegative(path.Child("initialDelaySeconds"), probe.InitialDelaySeconds);
        errors.NotNegative(path.Child("timeoutSeconds"), probe.TimeoutSeconds);
        errors.NotNegative(path.Child("periodSeconds"), probe.PeriodSeconds);
        errors.NotNegative(path.Child("successThreshold"), probe.SuccessThreshold);
        errors.NotNegative(path.Child("failureThreshold"), probe.FailureThreshold);
        if (probe.TerminationGracePeriodSeconds is <= 0 and var grace)
        {
            errors.Invalid(path.Child("terminationGracePeriodSeconds"), grace, "must be greater than 0");
        }
    }

    private static void ValidateHook(V1LifecycleHandler? hook, long? graceSeconds, FieldPath path, FieldErrorList errors)
    {
        if (hook is null)
        {
            return;
        }

        var one = new Alternatives(path, errors, HandlerType);
        ValidateExec(hook.Exec, one, errors);
        ValidateHttp(hook.HttpGet, one, errors);
        ValidateTcp(hook.TcpSocket, one, errors);
        if (one.Take(hook.Sleep, "sleep") is { } sleep && graceSeconds is { } grace
            && (hook.Sleep!.Seconds < 0 || hook.Sleep.Seconds > grace))
        {
            errors.Invalid(
                sleep, hook.Sleep.Seconds, $"must be non-negative and less than terminationGracePeriodSeconds ({grace})");
        }

        one.Done();
    }

    private static void ValidateExec(V1ExecAction? action, Alternatives one, FieldErrorList errors)
    {
        if (one.Take(action, "exec") is { } path && action!.Command is not { Count: > 0 })
        {
            errors.Required(path.Child("command"));
        }
    }

    private static void ValidateHttp(V1HTTPGetAction? action, Alternatives one, FieldErrorList errors)
    {
        if (one.Take(action, "httpGet") is not { } path)
        {
            return;
        }

        errors.RequiredText(path.Child("path"), action!.Path);
        PortRules.ValidateNumberOrName(action.Port, path.Child("port"), errors);
        if (action.Scheme is not ("HTTP" or "HTTPS"))
        {
            errors.NotSupported(path.Child("scheme"), action.Scheme ?? "", ["HTTP", "HTTPS"]);
        }

        foreach (var header in action.HttpHeaders ?? [])
        {
            errors.AddMessages(path.Child("httpHeaders"), header.Name, NameRules.IsHttpHeaderName, evenEmpty: true);
        }
    }

    private static void ValidateTcp(V1TCPSocketAction? action, Alternatives one, FieldErrorList errors)
    {
        if (one.Take(action, "tcpSocket") is { } path)
        {
            PortRules.ValidateNumberOrName(action!.Port, path.Child("port"), errors);
        }
    }
}
