using Kube1.ApiServer.Auth;

namespace Kube1.ApiServer.Http;

/// <summary>A request from this very process: its user is known and needs no credentials.</summary>
internal sealed record InProcessIdentity(UserInfo User);
