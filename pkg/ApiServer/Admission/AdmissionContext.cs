using Kube1.ApiServer.Auth;
using Kube1.ApiServer.Auth.Rbac;
using Kube1.ApiServer.Extensions.Webhooks;
using Kube1.ApiServer.Registry;
using Kube1.Storage;
using Microsoft.Extensions.Logging;

namespace Kube1.ApiServer.Admission;

/// <summary>What the plug-ins are made from.</summary>
internal sealed record AdmissionContext
{
    /// <summary>Says who may do what.</summary>
    public required IAuthorizer Authorizer { get; init; }

    /// <summary>Knows who holds which rules.</summary>
    public required RbacAuthorizer Rbac { get; init; }

    /// <summary>The cluster's objects; there once the server is.</summary>
    public required Func<IObjectRegistry> Objects { get; init; }

    /// <summary>Where the configurations of webhooks are.</summary>
    public required Store Store { get; init; }

    /// <summary>The way to webhooks.</summary>
    public required IServiceDialer Services { get; init; }

    /// <summary>Loggers.</summary>
    public required ILoggerFactory Loggers { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>The administrator's settings.</summary>
    public AdmissionSettings Settings { get; init; } = new();
}
