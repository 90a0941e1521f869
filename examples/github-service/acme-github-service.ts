import { GitHubService, type RepositoriesOptions, type Repository } from 'openhands-express';

/** `OPENHANDS_GITHUB_SERVICE_CLS=./acme-github-service.ts#AcmeGitHubService`: only what belongs to Acme is offered. */
export class AcmeGitHubService extends GitHubService {
  override async getRepositories(options: RepositoriesOptions): Promise<Repository[]> {
    const repositories = await super.getRepositories(options);
    return repositories.filter(({ full_name }) => full_name.startsWith('acme/'));
  }
}
